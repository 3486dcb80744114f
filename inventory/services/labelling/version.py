"""What the test's current version would decide otherwise about answers given to an older one. It changes no label: a
person has both sides look a part over, or keeps its label as it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from inventory.domain import version as domain
from inventory.domain import waiting
from inventory.domain.audit import Actor
from inventory.domain.part import State
from inventory.domain.people import Discipline
from inventory.models import Call, Differing, Job, Part, Person, Sheet
from inventory.models.version import LISTED, Differings
from inventory.services import access, audit
from inventory.services import job as jobs
from inventory.services.labelling import agreement, part_notice, seal
from inventory.services.prices import pricing

AT_ONCE = 500
Told = Callable[[int, int], None]


def differing(person: Person, *, teams: list[int] | None) -> Differings:
    """What this person may see of it, the dearest first; `teams` None is all of them."""
    found = Differing.objects.still(waiting.CURRENT.version).seen_by(person.discipline).of_teams(teams)
    return found.select_related("part__feature", "part__team", "part__call").order_by(
        F("part__cost_today").desc(nulls_last=True), "-pk"
    )


def teams(person: Person) -> list[int] | None:
    """Whose parts they may decide on: a lead those of their teams, None (all) an administrator."""
    return None if person.is_administrator else access.teams_led(person)


def work_out(*, at: datetime, told: Told = lambda done, total: None) -> int:
    """Look at every part that was answered on an older version, a lot at a time; how many would come out otherwise by
    what both sides have said. What one side's answers alone lead to is listed, but not counted: everybody may read how
    a job ended.

    May be run again at any time, and after a crash from the start.
    """
    version = waiting.CURRENT.version
    older = Sheet.objects.filter(part=OuterRef("pk"), test_version__lt=version, submitted_at__isnull=False)
    parts = Part.objects.live().filter(Exists(older), state__in=LISTED).exclude(kept_on__gte=version).order_by("pk")
    total, done, count, last = parts.count(), 0, 0, 0
    while lot := list(parts.filter(pk__gt=last)[:AT_ONCE]):
        found = _listed_anew(lot, at)
        last, done, count = lot[-1].pk, done + len(lot), count + sum(not each.side for each in found)
        told(done, total)
    Differing.objects.exclude(part__in=parts.order_by().values("pk")).delete()
    return count


def _listed_anew(lot: Sequence[Part], at: datetime) -> list[Differing]:
    """With the calls held: two that work it out at once come one after the other, and so does an answer saved
    meanwhile."""
    pks = [part.pk for part in lot]
    with transaction.atomic():
        calls = Call.objects.select_for_update(no_key=True).filter(pk__in={part.call_id for part in lot})
        list(calls.order_by("pk").values_list("pk"))
        found = list(_found(list(Part.objects.filter(pk__in=pks, state__in=LISTED)), at))
        Differing.objects.filter(part__in=pks).delete()
        return Differing.objects.bulk_create(found)


@transaction.atomic
def start_if_due(*, by: Actor, at: datetime) -> Job | None:
    """The job that works it out, once for each version of the test that finds older answers; the caller starts it."""
    params = {"version": waiting.CURRENT.version}
    asked = Job.objects.filter(kind="compare_versions", params__version=params["version"])
    older = Sheet.objects.filter(test_version__lt=params["version"], submitted_at__isnull=False)
    if asked.exists() or not older.exists():
        return None
    return jobs.enqueue(kind="compare_versions", params=params, by=by, at=at)


@transaction.atomic
def look_over(*, parts: Sequence[int], by: Actor, at: datetime) -> int:
    """Put these parts under "check needed": what both sides had said counts no more until each has saved again, on the
    current version; how many. Those that do not differ any more are left out; a part of which one side alone is in is
    that side's to look over."""
    held, differ = _differing_now(parts)
    found = [part for part, _ in differ]
    calls = [call for call in held if any(part.call_id == call.pk for part in found)]  # the others stay as priced
    of_calls = [part for call in calls for part in call.parts.all()]
    before = audit.states(*calls, *of_calls)
    since = seal.not_before(found, at)
    for part, each in differ:
        seal.asks_again(part, at=since, because=_because(each))
    _store(calls, before, at)
    _record("version.look_over", found, before, audit.states(*calls, *of_calls), by=by, at=at)
    part_notice.to_check(found, before, by=by, at=at)
    return len(found)


@transaction.atomic
def keep(*, parts: Sequence[int], reason: str, by: Actor, at: datetime) -> int:
    """These labels stay, whatever the current version decides: they are listed no more. How many; those that do not
    differ any more are left out."""
    _, differ = _differing_now(parts)
    found = [part for part, _ in differ]
    before = audit.states(*found)
    for part in found:
        part.kept_on = waiting.CURRENT.version
        part.write("kept_on")
    _record("version.keep", found, before, audit.states(*found), by=by, at=at, reason=reason)
    return len(found)


def _differing_now(pks: Sequence[int]) -> tuple[list[Call], list[tuple[Part, Differing]]]:
    """The calls of these parts, held until the transaction ends, and those of the parts that differ as they are now."""
    wanted = Call.objects.filter(parts__in=pks, retired_at=None).values("pk")
    held = Call.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk")
    calls = list(held.select_related("feature", "team").prefetch_related("parts"))
    parts = [part for call in calls for part in call.parts.all() if part.pk in set(pks)]
    kept = waiting.CURRENT.version
    open_ = [part for part in parts if part.state in LISTED and (part.kept_on or 0) < kept]
    by_pk = {part.pk: part for part in open_}
    return calls, [(by_pk[each.part_id], each) for each in _found(open_, timezone.now()) if not each.side]


def _found(parts: Sequence[Part], at: datetime) -> Iterable[Differing]:
    sheets = agreement.newest(parts)
    for part in parts:
        counting = agreement.counting(part, sheets[part.pk])
        is_older = counting and agreement.round_of(counting.values()) < waiting.CURRENT.version
        if is_older and (each := _differing(part, counting, at)):
            yield each


def _differing(part: Part, counting: Mapping[Discipline, Sheet], at: datetime) -> Differing | None:
    answers = {side: sheet.answers for side, sheet in counting.items()}
    now = domain.outlook(waiting.CURRENT, answers, line_hours=settings.WAITING_LINE_HOURS)
    both = len(counting) > 1
    was = part.label or part.outcome if both else next(iter(counting.values())).outcome
    if not domain.differs(was, now, settled=part.state == State.SETTLED):
        return None
    return Differing(
        part=part, test_version=waiting.CURRENT.version, side="" if both else next(iter(counting)), was=was,
        now=now.outcome, opens=now.opens.id if now.opens else "", at=at,
    )  # fmt: skip


def _because(each: Differing) -> str:
    question = waiting.CURRENT.question(each.opens)
    return domain.because(each.test_version, each.was, each.now, question.title if question else "")


def _store(calls: Sequence[Call], before: audit.States, at: datetime) -> None:
    book = pricing.book(timezone.localdate(at))
    for call in calls:
        parts = list(call.parts.all())
        pricing.apply(call, parts, book=book)
        records: list[Call | Part] = [call, *parts]
        for record in records:
            if fields := audit.changed(record, before):
                record.write(*fields)


def _record(
    kind: str, parts: Sequence[Part], before: audit.States, after: audit.States, *, by: Actor, at: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    """One action, however many parts: named after the one, or by their number."""
    if not parts:
        return
    changes, teams = audit.Changes(), {part.team_id for part in parts}
    changes.add(before, after)
    title = parts[0].name if len(parts) == 1 else f"{len(parts):,} parts"
    audit.append(
        kind=kind, by=by, at=at, record=Part.RECORD, record_id=str(parts[0].pk), title=title,
        team_id=teams.pop() if len(teams) == 1 else None, changes=changes, reason=reason,
    )  # fmt: skip
