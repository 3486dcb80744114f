"""Fetch a record that the person may see or change, or answer 404: one step, so that neither is forgotten.

What a person may not change answers like what does not exist.
"""

from typing import TypeVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from inventory.models import (
    Action,
    Call,
    ClaudeModel,
    Comment,
    Comparison,
    Discount,
    Feature,
    Frozen,
    FrozenCall,
    Job,
    Membership,
    OneTimeLink,
    Part,
    Person,
    PriceRow,
    Realised,
    Repricing,
    Scenario,
    Team,
    Upload,
    Wave,
)
from inventory.services import access
from inventory.services.files import listed
from inventory.services.intake import undo
from inventory.services.labelling import queue, waiting
from inventory.services.undoing import built, putting
from inventory.services.undoing.look import Look

T = TypeVar("T")


def feature(pk: int) -> Feature:
    return get_object_or_404(Feature.objects.select_related("team", "product_owner", "engineering_owner"), pk=pk)


def feature_to_edit(pk: int, person: Person) -> Feature:
    found = feature(pk)
    return _only(found, access.may_edit(person, found.team_id))


def call(pk: int) -> Call:
    return get_object_or_404(Call.objects.select_related("feature", "team"), pk=pk)


def call_to_edit(pk: int, person: Person) -> Call:
    found = call(pk)
    return _only(found, access.may_edit(person, found.team_id))


def model(key: str) -> ClaudeModel | None:
    """Of the price book. None for no model, or none that it knows."""
    return ClaudeModel.objects.filter(key=key).first() if key else None


def part(pk: int) -> Part:
    return get_object_or_404(Part.objects.select_related("call", "feature", "team"), pk=pk)


def part_to_edit(pk: int, person: Person) -> Part:
    found = part(pk)
    return _only(found, access.may_edit(person, found.team_id) and found.is_live)


def part_to_answer(pk: int, person: Person) -> Part | waiting.Lost:
    """The part, or what a split, a retirement or a lost role has left of it: whoever was answering is told so."""
    found = part_or_lost(pk)
    if access.may_answer(person, found.team_id):
        return _live(found)
    return _role_lost(found, isinstance(found, Part) and queue.was_answering(part=found, person=person))


def part_or_lost(pk: int) -> Part | waiting.Lost:
    """The part, retired or not, or what history knows of one that a split took away."""
    owners = ("feature__product_owner", "feature__engineering_owner")
    found = Part.objects.select_related("call", "team", *owners).filter(pk=pk).first() or waiting.lost(pk)
    if found is None:
        raise Http404
    return found


def part_to_lead(pk: int, person: Person) -> Part | waiting.Lost:
    """Whose label this person may settle, and whose sheets they may open; or what is left of it, also for whoever led
    the team before."""
    found = part_or_lost(pk)
    if access.may_lead(person, found.team_id):
        return _live(found)
    return _role_lost(found, access.has_led(person, found.team_id))


def _live(found: Part | waiting.Lost) -> Part | waiting.Lost:
    if isinstance(found, Part) and not found.is_live:
        return waiting.Lost(found.name, found.call_id, found.team_id, is_retired=True)
    return found


def _role_lost(found: Part | waiting.Lost, had_it: bool) -> waiting.Lost:
    """For whoever was at it before; for all others it is not there."""
    return _only(waiting.Lost(found.name, found.call_id, found.team_id, role_lost=True), had_it)


def comment(pk: int) -> Comment:
    return get_object_or_404(
        Comment.objects.select_related("call__feature", "call__team", "thread", "written_by"), pk=pk
    )


def comment_of_own(pk: int, person: Person) -> Comment:
    """That this person wrote and has not deleted."""
    found = comment(pk)
    return _only(found, found.written_by_id == person.pk and found.deleted_at is None)


def thread_to_resolve(pk: int, person: Person) -> Comment:
    found = comment(pk)
    return _only(found, found.thread_id is None and access.may_resolve(person, found, found.call.team_id))


def team(pk: int) -> Team:
    return get_object_or_404(Team, pk=pk)


def team_to_lead(pk: int, person: Person) -> Team:
    found = team(pk)
    return _only(found, access.may_lead(person, found.pk))


def move(pk: int) -> Part:
    """The part that moves, with its wave."""
    return get_object_or_404(Part.objects.live().select_related("call", "feature", "team", "wave"), pk=pk)


def move_to_edit(pk: int, person: Person) -> Part:
    found = move(pk)
    return _only(found, access.may_edit(person, found.team_id))


def move_to_lead(pk: int, person: Person) -> Part:
    found = move(pk)
    return _only(found, access.may_lead(person, found.team_id))


def wave_to_lead(pk: int, person: Person) -> Wave:
    found = get_object_or_404(Wave.objects.live().select_related("team", "owner"), pk=pk)
    return _only(found, access.may_lead(person, found.team_id))


def action_to_review(seq: int, person: Person) -> Action:
    found = get_object_or_404(Action, seq=min(seq, 2**63 - 1))
    return _only(found, access.may_review(person, found.team_id))


def action_to_take_back(seq: int, person: Person) -> Look:
    """A look at taking it back. Why one of its kind is not taken back, everybody may read."""
    found = built.look(get_object_or_404(Action, seq=min(seq, 2**63 - 1)))
    return _only(found, bool(found.why_not) or putting.may_take_back(person, found))


def job(pk: int) -> Job:
    return get_object_or_404(Job.objects.select_related("created_by"), pk=pk)


def job_file(pk: int, person: Person) -> Job:
    """Whose result this person may have."""
    found = job(pk)
    return _only(found, listed.may_fetch(person, found))


def job_to_cancel(pk: int, person: Person) -> Job:
    found = job(pk)
    return _only(found, access.may_cancel(person, found))


def importer(person: Person) -> Person:
    return _only(person, access.teams_to_edit(person).exists() or access.may_administer(person))


def upload(pk: int, person: Person) -> Upload:
    """A file this person has uploaded, while it is kept: nobody else sees it, administrators neither."""
    found = Upload.objects.select_related("job", "owner")
    return get_object_or_404(found, pk=pk, owner=person, expires_at__gt=timezone.now())


def import_to_undo(seq: int, person: Person) -> undo.Import:
    found = undo.found(seq)
    if found is None:
        raise Http404
    return _only(found, undo.may_undo(person, found))


def membership_to_lead(team_pk: int, pk: int, person: Person) -> Membership:
    found = get_object_or_404(Membership.objects.select_related("team", "person"), pk=pk, team=team_pk)
    return _only(found, access.may_lead(person, found.team_id))


def invitation_to_lead(team_pk: int, pk: int, person: Person) -> OneTimeLink:
    found = get_object_or_404(OneTimeLink.objects.select_related("team"), pk=pk, purpose="invite", team=team_pk)
    return _only(found, access.may_lead(person, team_pk))


def team_to_administer(pk: int, person: Person) -> Team:
    return _only(team(pk), access.may_administer(person))


def person_to_administer(pk: int, person: Person) -> Person:
    return _only(get_object_or_404(Person, pk=pk), access.may_administer(person))


def leader(person: Person) -> Person:
    """Who decides about labels in some team at least."""
    return _only(person, access.leads_some(person))


def parts_to_lead(pks: list[int], person: Person) -> list[int]:
    """Those of them whose label this person may decide on: one that went to another team meanwhile is as little there
    as one that is gone."""
    teams = Part.objects.filter(pk__in=pks).values_list("pk", "team")
    return [pk for pk, team in teams if access.may_lead(person, team)]


def discount_to_administer(pk: int, person: Person) -> Discount:
    return _only(get_object_or_404(Discount, pk=pk), access.may_administer(person))


def administrator(person: Person) -> Person:
    return _only(person, access.may_administer(person))


def price_to_change(pk: int, person: Person) -> PriceRow:
    return _only(get_object_or_404(PriceRow.objects.select_related("model"), pk=pk), access.may_administer(person))


def repricing_to_apply(job_pk: int, person: Person) -> Repricing:
    found = get_object_or_404(Repricing.objects.select_related("job", "applied_by"), job__id=job_pk)
    return _only(found, access.may_administer(person))


def repricing(job_pk: int) -> Repricing:
    return get_object_or_404(Repricing.objects.filter(ready_at__isnull=False), job__id=job_pk)


def entry(pk: int) -> Realised:
    return get_object_or_404(Realised.objects.select_related("team", "wave", "part"), pk=pk)


def frozen(pk: int) -> Frozen:
    return get_object_or_404(Frozen.objects.select_related("frozen_by"), pk=pk)


def frozen_call(version: Frozen, call_id: int) -> FrozenCall:
    return get_object_or_404(version.call_rows, call_id=call_id)


def comparison(job_pk: int) -> Comparison:
    """One that is worked out."""
    related = ("first", "second", "job")
    return get_object_or_404(Comparison.objects.select_related(*related), job__id=job_pk, ready_at__isnull=False)


def scenario(pk: int) -> Scenario:
    return get_object_or_404(Scenario.objects.select_related("team", "created_by", "job"), pk=pk)


def scenario_to_copy(pk: int, person: Person) -> Scenario:
    found = scenario(pk)
    return _only(found, access.may_try(person, found.team))


def scenario_to_change(pk: int, person: Person) -> Scenario:
    found = scenario(pk)
    return _only(found, access.may_change(person, found))


def may_have(allowed: bool) -> None:
    """What a person may not have answers like what does not exist."""
    _only(None, allowed)


def _only(found: T, allowed: bool) -> T:
    if not allowed:
        raise Http404
    return found
