"""The parts of a frozen version and the lines of a comparison or a scenario as rows of a file, as their pages narrow
them."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inventory.domain import lots
from inventory.exchange import columns_frozen as columns
from inventory.models import Comparison, Frozen, Scenario, ScenarioLine
from inventory.services.files import frozen_rows
from inventory.services.files.listing import List
from inventory.services.versions import frozen_list, plan_then


def _version(asked: Mapping[str, Any]) -> List:
    version = Frozen.objects.get(pk=asked["of"])
    keys = array("q", frozen_list.parts(version, **_narrowed(asked)).values_list("pk", flat=True).iterator())
    kept = plan_then.kept_weights(version)
    return List("Parts", columns.PARTS, len(keys), (_parts(version, some, kept) for some in lots.of(keys)))


def _comparison(asked: Mapping[str, Any]) -> List:
    found = Comparison.objects.get(job=asked["of"])
    keys = array("q", frozen_list.lines(found, **_narrowed(asked)).values_list("pk", flat=True).iterator())
    return List("Lines", columns.LINES, len(keys), (_lines(found, some) for some in lots.of(keys)))


def _scenario(asked: Mapping[str, Any]) -> List:
    found = Scenario.objects.get(pk=asked["of"])
    keys = array("q", frozen_list.changes(found, **_narrowed(asked)).values_list("pk", flat=True).iterator())
    return List("Changes", columns.CHANGES, len(keys), (_changes(some) for some in lots.of(keys)))


LISTS: Mapping[str, Callable[[Mapping[str, Any]], List]] = {
    "version": _version, "comparison": _comparison, "scenario_lines": _scenario,
}  # fmt: skip


def found(name: str, asked: Mapping[str, Any]) -> List:
    """`asked` names the record under `of`: a version or a scenario by its number, a comparison by that of its job.
    Raises its DoesNotExist where that was forgotten or deleted since."""
    return LISTS[name](asked)


def _narrowed(asked: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if name != "of"}


def _parts(version: Frozen, keys: Sequence[int], kept: plan_then.Kept) -> list[dict[str, Any]]:
    by_pk = version.part_rows.in_bulk(keys)
    found = [by_pk[pk] for pk in keys]
    return list(frozen_rows.parts(found, version.calls_of(found), kept))


def _lines(found: Comparison, keys: Sequence[int]) -> list[dict[str, Any]]:
    by_pk = found.lines.in_bulk(keys)
    return [frozen_rows.line(by_pk[pk]) for pk in keys]


def _changes(keys: Sequence[int]) -> list[dict[str, Any]]:
    """Those that were not worked out anew meanwhile."""
    by_pk = ScenarioLine.objects.in_bulk(keys)
    return [frozen_rows.change(by_pk[pk]) for pk in keys if pk in by_pk]
