"""Teams, their members, features, waves and the ledger of what was realised, put back by the rules of their own."""

from inventory.domain.people import Role
from inventory.models import Call, Dependency, Feature, Membership, Realised, Team, Wave
from inventory.services import clash
from inventory.services.calls import feature as features
from inventory.services.calls.call import FeatureRetired
from inventory.services.history import replay
from inventory.services.labelling import recount
from inventory.services.people import team as teams
from inventory.services.planning import wave as waves
from inventory.services.undoing.work import Work


def before_calls(work: Work) -> None:
    """Everything calls belong to, so that they find it as it was."""
    _teams(work)
    _members(work)
    _features(work)
    _waves(work)
    for entry in Realised.objects.filter(pk__in=[*work.gone("realised"), *work.changed("realised")]).order_by("pk"):
        work.note(entry)
        if fields := work.fields("realised", entry.pk):
            replay.put(entry, fields)
            entry.save(update_fields=[*fields])
    Realised.objects.filter(pk__in=work.gone("realised")).delete()


def after_calls(work: Work) -> None:
    """What calls had to leave first, and whether it all fits together. Raises what the services of each raise."""
    for entry in work.back("realised"):
        entry.save(force_insert=True)
    _gone(work, Feature)
    _gone(work, Wave)
    _gone(work, Team)
    if "wave" in work.pieces or "dependency" in work.pieces:
        waves.in_order()
    _fits(work)


def _teams(work: Work) -> None:
    for team in [*work.back("team")]:
        with clash.refused("team_name_once", as_=teams.NameTaken):
            team.save(force_insert=True)
    for team in Team.objects.filter(pk__in=work.changed("team")).order_by("pk"):
        work.note(team)
        called, rule = team.name, team.one_side_enough
        fields = work.fields("team", team.pk)
        replay.put(team, fields)
        with clash.refused("team_name_once", as_=teams.NameTaken):
            team.write(*fields)
        if team.name != called:
            teams.reword_calls(team)
        if team.one_side_enough != rule:
            work.weigh |= {call.pk for call in recount.affected(team).calls}


def _members(work: Work) -> None:
    for one in work.back("membership"):
        one.save(force_insert=True)
    leaving = {*work.gone("membership")}
    touched = Membership.objects.filter(pk__in=[*leaving, *work.changed("membership")]).select_related("team")
    for one in touched.order_by("pk"):
        work.note(one)
        fields = work.fields("membership", one.pk)
        if one.pk in leaving or fields.get("role") != Role.LEAD:
            teams.needs_another_lead(one.team, one.person_id)
        if one.pk in leaving:
            Membership.objects.filter(pk=one.pk).delete()
        else:
            replay.put(one, fields)
            one.write(*fields)


def _features(work: Work) -> None:
    for feature in work.back("feature"):
        with clash.refused("feature_name_once_in_team", as_=features.NameTaken):
            feature.save(force_insert=True)
    for feature in Feature.objects.select_related("team").filter(pk__in=work.changed("feature")).order_by("pk"):
        work.note(feature)
        fields = work.fields("feature", feature.pk)
        if "first_guess" in fields and features.guess_is_frozen(feature):
            raise features.GuessFrozen
        replay.put(feature, fields)
        with clash.refused("feature_name_once_in_team", as_=features.NameTaken):
            feature.write(*fields)
        if {"name", "team_id"} & fields.keys():
            found, parts = features.contents(feature)
            work.note(*found, *parts)
            features.carry_along(feature, found, parts)
            if "team_id" in fields:
                work.weigh |= {call.pk for call in features.resting(found, parts).calls}


def _waves(work: Work) -> None:
    """Links between waves last: both ends are there then."""
    for wave in work.back("wave"):
        with clash.refused("wave_name_once_in_team", as_=waves.NameTaken):
            wave.save(force_insert=True)
    for wave in Wave.objects.filter(pk__in=work.changed("wave")).order_by("pk"):
        work.note(wave)
        fields = work.fields("wave", wave.pk)
        replay.put(wave, fields)
        with clash.refused("wave_name_once_in_team", as_=waves.NameTaken):
            wave.write(*fields)
    _gone(work, Dependency)
    for link in work.back("dependency"):
        if Wave.objects.live().filter(pk__in=(link.wave_id, link.on_id)).count() != 2:
            raise waves.WaveRetired
        link.save(force_insert=True)


def _gone(work: Work, model: type[Feature | Wave | Team | Dependency]) -> None:
    rows = model._base_manager.filter(pk__in=work.gone(model.RECORD))
    work.note(*rows.order_by("pk"))
    for row in rows:
        row.delete()


def _fits(work: Work) -> None:
    """What the services look at before they write, looked at when all is written."""
    here = Feature.objects.filter(pk__in=work.pieces.get("feature", ()))
    if live := Call.objects.live().filter(feature__in=here.retired()).count():
        raise features.HasLiveCalls(live)
    if here.live().exclude(team__retired_at=None).exists():
        raise features.TeamRetired
    if (
        Feature.objects.live()
        .filter(team__in=Team.objects.retired().filter(pk__in=work.pieces.get("team", ())))
        .exists()
    ):
        raise teams.NotEmpty
    if Call.objects.live().filter(pk__in=work.pieces.get("call", ())).exclude(feature__retired_at=None).exists():
        raise FeatureRetired
