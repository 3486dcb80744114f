"""How sure a verdict is, and why it is not surer."""

from collections.abc import Sequence

from inventory.domain.consumer import UNSURE, Answers, Need, choice
from inventory.domain.rule import Confidence, Outcome, Ruling

# Which needs go with who would notice first if it came an hour late.
_FITS = {
    "customer": (Need.SECONDS, Need.HOUR),
    "colleague": (Need.SECONDS, Need.NEXT_DAY),
    "team": (Need.HOUR, Need.LONGER),
    "nobody": (Need.NEXT_DAY, Need.LONGER),
}


def confidence(outcome: Outcome, rulings: Sequence[Ruling], answers: Answers) -> tuple[Confidence, str]:
    """The word, and the reason for it in words."""
    low = [reason for found, reason in _reasons(outcome, rulings, answers) if found is Confidence.LOW]
    medium = [reason for found, reason in _reasons(outcome, rulings, answers) if found is Confidence.MEDIUM]
    if low:
        return Confidence.LOW, " and ".join(dict.fromkeys(low))
    if medium:
        return Confidence.MEDIUM, " and ".join(dict.fromkeys(medium))
    return Confidence.HIGH, "all answers are sure and fit each other"


def misfit(answers: Answers, need: Need | None) -> int:
    """By how many steps who would notice first is off from how late it may come; 0 where nothing can be compared."""
    fits = _FITS.get(choice(answers, "notice"))
    if fits is None or need is None:
        return 0
    return max(fits[0] - need, need - fits[1], 0)


def unsure(answers: Answers) -> int:
    """How many questions were answered with “I'm not sure”."""
    return sum(answer.get("choice") == UNSURE or UNSURE in answer.get("choices", ()) for answer in answers.values())


def _reasons(outcome: Outcome, rulings: Sequence[Ruling], answers: Answers) -> list[tuple[Confidence, str]]:
    found = [_unsure(unsure(answers)), _noticed(answers, rulings[0].moment.need)]
    if outcome is Outcome.UNDECIDED:
        found.append((Confidence.LOW, "what would decide is not known"))
    for ruling in rulings:
        found.append((ruling.most, ruling.because))
        if ruling.conflict:
            found.append((Confidence.LOW, "two answers contradict each other"))
        if ruling.moment.told_by == "needed":
            found.append((Confidence.MEDIUM, "somebody is there, yet needs nothing of it at that moment"))
    return [(level, reason) for level, reason in found if reason]


def _unsure(count: int) -> tuple[Confidence, str]:
    if count == 0:
        return Confidence.HIGH, ""
    if count == 1:
        return Confidence.MEDIUM, "one answer is “I'm not sure”"
    return Confidence.LOW, f"{count} answers are “I'm not sure”"


def _noticed(answers: Answers, need: Need | None) -> tuple[Confidence, str]:
    if not choice(answers, "notice"):
        return Confidence.MEDIUM, "only product is asked who would notice first"
    off = misfit(answers, need)
    if off == 0:
        return Confidence.HIGH, ""
    level = Confidence.MEDIUM if off == 1 else Confidence.LOW
    how = "fits only roughly with" if off == 1 else "does not fit"
    return level, f"who would notice first {how} how late it may come"
