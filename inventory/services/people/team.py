"""Teams and who is in them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from inventory.domain.audit import Actor
from inventory.domain.people import Role
from inventory.models import Call, Feature, Membership, Person, Stale, Team
from inventory.services import audit, clash
from inventory.services.calls import call as calls
from inventory.services.labelling import recount

BATCH = 500


class NameTaken(Exception):
    """A team has this name already, whatever its capitals."""


class NotEmpty(Exception):
    """The team still has live features: retire them, or move them to another team, first."""


class Closed(Exception):
    """A retired team takes nobody in."""


class AlreadyMember(Exception):
    """The person is in the team; change their role instead."""


class NoMember(Exception):
    """Somebody removed the person meanwhile."""


class NotActive(Exception):
    """The account is switched off."""


class LastLead(Exception):
    """These teams would have no lead left who can sign in."""

    def __init__(self, teams: Sequence[Team]) -> None:
        super().__init__(", ".join(team.name for team in teams))
        self.teams = teams


@transaction.atomic
def register(*, name: str, by: Actor, at: datetime, is_demo: bool = False) -> Team:
    """Raises `NameTaken`."""
    team = Team(name=name, is_demo=is_demo)
    _save(team)
    audit.record(kind="team.register", by=by, at=at, subject=team, before={}, after=audit.states(team))
    return team


def founded(*, name: str, lead: Person) -> tuple[Team, Membership]:
    """A new team and its lead, for a caller that records both. Raises `NameTaken`."""
    team = Team(name=name)
    _save(team)
    return team, Membership.objects.create(team=team, person=lead, role=Role.LEAD)


@transaction.atomic
def edit(
    *,
    team: Team,
    version: int,
    name: str,
    one_side_enough: bool,
    opens_after: int | None = None,
    by: Actor,
    at: datetime,
) -> Team:
    """Where `one_side_enough` changes, every label that rests on one side is counted anew, in the same action.

    `opens_after` in days stays as it is where it is not given. Raises `Stale`, `NameTaken`.
    """
    found = _locked(team)
    was_called, counts_anew = found.name, found.one_side_enough != one_side_enough
    resting = recount.affected(found) if counts_anew else recount.NOTHING
    before = audit.states(found, *resting.records)
    found.version, found.name, found.one_side_enough = version, name, one_side_enough
    found.opens_after = found.opens_after if opens_after is None else opens_after
    _save(found, *audit.changed(found, before))
    if counts_anew:
        recount.count_anew(resting, before, one_side_enough=one_side_enough, at=at)
    if name != was_called:
        reword_calls(found)
    after = audit.states(found, *resting.records)
    audit.record(kind="team.edit", by=by, at=at, subject=found, before=before, after=after)
    return found


@transaction.atomic
def retire(*, team: Team, version: int, reason: str = "", by: Actor, at: datetime) -> Team:
    """Take an empty team out of lists and choices. Raises `Stale`, `NotEmpty`."""
    found = _locked(team)
    if Feature.objects.live().filter(team=found).exists():
        raise NotEmpty
    return _set_retired(found, version, found.retired_at or at, kind="team.retire", reason=reason, by=by, at=at)


@transaction.atomic
def restore(*, team: Team, version: int, by: Actor, at: datetime) -> Team:
    """Raises `Stale`."""
    return _set_retired(_locked(team), version, None, kind="team.restore", reason="", by=by, at=at)


@transaction.atomic
def add(*, team: Team, person: Person, role: str, by: Actor, at: datetime) -> Membership:
    """Raises `Closed`, `NotActive`, `AlreadyMember`."""
    if _locked(team).retired_at is not None:
        raise Closed
    if not Person.objects.active().filter(pk=person.pk).exists():
        raise NotActive
    made, is_new = Membership.objects.get_or_create(team=team, person=person, defaults={"role": role})
    if not is_new:
        raise AlreadyMember
    audit.record(kind="team.add", by=by, at=at, subject=made, before={}, after=audit.states(made))
    return made


@transaction.atomic
def change_role(*, membership: Membership, version: int, role: str, by: Actor, at: datetime) -> Membership:
    """Raises `Stale`, `LastLead`, `NoMember`."""
    team = _locked(membership.team)
    found = _member(membership)
    before = audit.states(found)
    found.version, found.role = version, role
    if role != Role.LEAD:
        needs_another_lead(team, found.person_id)
    fields = audit.changed(found, before)
    if fields:
        found.write(*fields)
    audit.record(kind="team.change_role", by=by, at=at, subject=found, before=before, after=audit.states(found))
    return found


@transaction.atomic
def remove(*, membership: Membership, version: int, by: Actor, at: datetime) -> None:
    """Take the person out of the team; what they own there stays theirs. Raises `Stale`, `LastLead`, `NoMember`."""
    team = _locked(membership.team)
    found = _member(membership)
    if found.version != version:
        raise Stale(found)
    needs_another_lead(team, found.person_id)
    before = audit.states(found)
    Membership.objects.filter(pk=found.pk).delete()
    audit.record(kind="team.remove", by=by, at=at, subject=found, before=before, after={})


def led_only_by(person: Person) -> list[Team]:
    """Teams in use of which this person is the only lead who can sign in; held until the transaction ends."""
    theirs = Membership.objects.filter(person=person).values("team")
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=theirs).order_by("pk").values_list("pk"))
    others = Membership.objects.leading().exclude(person=person).values("team")
    led = Team.objects.filter(retired_at=None, memberships__person=person, memberships__role=Role.LEAD)
    return list(led.exclude(pk__in=others).order_by("name", "pk"))


def reword_calls(team: Team) -> None:
    """Calls are found by their team's name too."""
    found = Call.objects.filter(team=team).select_related("feature", "team").order_by("pk")
    for call in found:
        call.search_text = calls.search_text(call)
    Call.objects.bulk_update(found, ["search_text"], batch_size=BATCH)


def needs_another_lead(team: Team, leaving: int) -> None:
    """Raises `LastLead` where that person is the only lead who can sign in. The team is held."""
    leads = set(Membership.objects.leading().filter(team=team).values_list("person_id", flat=True))
    if leads == {leaving}:
        raise LastLead([team])


def _set_retired(
    found: Team, version: int, retired_at: datetime | None, *, kind: str, reason: str, by: Actor, at: datetime
) -> Team:
    before = audit.states(found)
    found.version, found.retired_at = version, retired_at
    fields = audit.changed(found, before)
    if fields:
        found.write(*fields)
    audit.record(kind=kind, by=by, at=at, subject=found, before=before, after=audit.states(found), reason=reason)
    return found


def _locked(team: Team) -> Team:
    """Whoever changes a team or its members waits here for the other: so that one lead always remains."""
    return Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def _member(membership: Membership) -> Membership:
    """As it is now."""
    found = Membership.objects.filter(pk=membership.pk).first()
    if found is None:
        raise NoMember
    return found


def _save(team: Team, *fields: str) -> None:
    """Insert, or write `fields`; nothing where an old team has none."""
    with clash.refused("team_name_once", as_=NameTaken):
        if team.pk is None:
            team.save()
        elif fields:
            team.write(*fields)
