"""When a question of the waiting test is asked, given the answers so far and the least hours for batch with a guard."""

from inventory.domain.consumer import REST, Answers, Reader, choice, hops, moment
from inventory.domain.question import When, always
from inventory.domain.rule import could_be_batch, needs_guard, ruling


def in_part(prefix: str) -> When:
    """The first run through pages 1 to 3 always, the second for the rest of a result needed in part."""
    return (lambda answers, line_hours: choice(answers, "needed") == "part") if prefix else always


def hop_reached(answers: Answers, line_hours: int, *, prefix: str, hop: str) -> bool:
    return in_part(prefix)(answers, line_hours) and hop in hops(answers, prefix)


def person_held(answers: Answers, line_hours: int, *, prefix: str) -> bool:
    return in_part(prefix)(answers, line_hours) and moment(answers, prefix).reader is Reader.HELD


def by_set_time(answers: Answers, line_hours: int, *, prefix: str) -> bool:
    return in_part(prefix)(answers, line_hours) and choice(answers, f"{prefix}late") == "set_time"


def contradicts(answers: Answers, line_hours: int, *, prefix: str, kind: str) -> bool:
    if not choice(answers, "needed") or not in_part(prefix)(answers, line_hours):
        return False
    found = ruling(answers, prefix, line_hours=line_hours).conflict
    return found is not None and found.kind == kind


def standin_matters(answers: Answers, line_hours: int, *, prefix: str) -> bool:
    is_known = bool(choice(answers, "needed")) and in_part(prefix)(answers, line_hours)
    return is_known and could_be_batch(answers, prefix, standin="older", line_hours=line_hours)


def guard_matters(answers: Answers, line_hours: int, *, prefix: str) -> bool:
    """Like `standin_matters`, but not where nobody would miss what is late."""
    return standin_matters(answers, line_hours, prefix=prefix) and needs_guard(answers, prefix, line_hours=line_hours)


def limits_matter(answers: Answers, line_hours: int) -> bool:
    prefixes = ("", REST) if choice(answers, "needed") == "part" else ("",)
    is_known = bool(choice(answers, "needed"))
    return is_known and any(could_be_batch(answers, prefix, line_hours=line_hours) for prefix in prefixes)
