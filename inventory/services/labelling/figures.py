"""The agreement figures of a team and month, over what both sides had said apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import TruncMonth
from django.utils import timezone

from inventory.domain import agreement_figures as domain
from inventory.domain import waiting
from inventory.domain.rule import Outcome
from inventory.models import Pair, Team

OUTCOMES = (Outcome.WAITING, Outcome.NOT_WAITING, Outcome.HYBRID, Outcome.UNDECIDED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in words, with its figures."""

    title: str
    figures: domain.Figures


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one team, or of one month (`2026-11`)."""

    name: str
    figures: domain.Figures


@dataclass(frozen=True, slots=True)
class Report:
    """`asked` holds the questions of `version` of the test alone, since those of two versions are not the same; the
    first of it differs most."""

    overall: domain.Figures
    directions: list[list[domain.Direction]]
    lean: domain.Lean
    asked: list[Asked]
    version: int
    teams: list[Group]
    months: list[Group]


def report(*, team: Team | None = None, month: str = "") -> Report:
    """In two queries, whatever the number of pairs; `month` as `2026-11`, in the installation's time zone."""
    found = Pair.objects.select_related("team").order_by("at", "pk")
    if team is not None:
        found = found.of_team(team)
    if month:
        found = found.filter(at__gte=_start(month), at__lt=_start(month, later=1))
    pairs = list(found)
    ratings = [(each.product, each.engineering) for each in pairs]
    version = _version(pairs)
    return Report(
        domain.figures(ratings),
        domain.directions(ratings, OUTCOMES),
        domain.lean(ratings, Outcome.WAITING, Outcome.NOT_WAITING),
        _asked(pairs, version),
        version,
        _grouped(pairs, lambda each: each.team.name),
        _grouped(pairs, lambda each: f"{timezone.localtime(each.at):%Y-%m}"),
    )


def months() -> list[str]:
    """Those with a pair, the newest first."""
    found = Pair.objects.annotate(month=TruncMonth("at")).values_list("month", flat=True).distinct().order_by("-month")
    return [f"{each:%Y-%m}" for each in found]


def _version(pairs: Sequence[Pair]) -> int:
    """The newest version of the test with enough pairs to say something, else the one with most; 0 where there are
    none."""
    counts = Counter(each.test_version for each in pairs if each.test_version in waiting.TESTS)
    return max(counts, key=lambda each: (min(counts[each], domain.ENOUGH), each), default=0)


def _asked(pairs: Sequence[Pair], version: int) -> list[Asked]:
    if not version:
        return []
    sheets = [(each.product_answers, each.engineering_answers) for each in pairs if each.test_version == version]
    test = waiting.TESTS[version]
    return [
        Asked(question.title, each.figures)
        for each in domain.by_question(test, sheets)
        if (question := test.question(each.question))
    ]


def _grouped(pairs: Sequence[Pair], named: Callable[[Pair], str]) -> list[Group]:
    groups: dict[str, list[domain.Rating]] = defaultdict(list)
    for each in pairs:
        groups[named(each)].append((each.product, each.engineering))
    return [Group(name, domain.figures(ratings)) for name, ratings in sorted(groups.items())]


def _start(month: str, *, later: int = 0) -> datetime:
    found = datetime.strptime(month, "%Y-%m").replace(tzinfo=timezone.get_current_timezone())
    return found if not later else (found.replace(day=28) + timedelta(days=4)).replace(day=1)
