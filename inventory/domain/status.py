"""How far a move has come, and which step may follow which."""

from enum import StrEnum

from inventory.domain.plan import Kind


class Status(StrEnum):
    NONE = ""
    PROPOSED = "proposed"
    AGREED = "agreed"
    PLANNED = "planned"
    MOVING = "moving"
    MOVED = "moved"
    VERIFIED = "verified"
    WALKED_BACK = "walked_back"


WORDS: dict[Status, str] = {
    Status.NONE: "Not proposed",
    Status.PROPOSED: "Proposed",
    Status.AGREED: "Agreed",
    Status.PLANNED: "Planned",
    Status.MOVING: "Moving",
    Status.MOVED: "Moved",
    Status.VERIFIED: "Verified",
    Status.WALKED_BACK: "Walked back",
}
# Forward first, then the step back that mends a slip; a walk-back is no slip but something that happened.
NEXT: dict[Status, tuple[Status, ...]] = {
    Status.NONE: (Status.PROPOSED,),
    Status.PROPOSED: (Status.AGREED, Status.NONE),
    Status.AGREED: (Status.PLANNED, Status.PROPOSED),
    Status.PLANNED: (Status.MOVING, Status.AGREED),
    Status.MOVING: (Status.MOVED, Status.PLANNED, Status.WALKED_BACK),
    Status.MOVED: (Status.VERIFIED, Status.MOVING, Status.WALKED_BACK),
    Status.VERIFIED: (Status.MOVED, Status.WALKED_BACK),
    Status.WALKED_BACK: (Status.PROPOSED,),
}
WAY = (Status.PROPOSED, Status.AGREED, Status.PLANNED, Status.MOVING, Status.MOVED, Status.VERIFIED)
NEED_A_WAVE = (Status.PLANNED, Status.MOVING, Status.MOVED, Status.VERIFIED)
DONE = frozenset({Status.MOVED, Status.VERIFIED})  # what counts as realised
UNDER_WAY = (Status.MOVING, Status.MOVED, Status.VERIFIED)  # no longer arranged: it happens, or has happened
MEMBERS_MAY = frozenset({(Status.NONE, Status.PROPOSED), (Status.PROPOSED, Status.NONE)})
MOVING_KINDS = (Kind.MOVE_TO_BATCH, Kind.BRING_BACK)


def refusal(now: Status, to: Status, *, kind: Kind, in_wave: bool, reason: str) -> str:
    """Why the step may not be taken, in words; empty where it may."""
    if to not in NEXT[now]:
        first, is_now, wanted = WORDS[NEXT[now][0]].lower(), WORDS[now].lower(), WORDS[to].lower()
        if to is now:
            return f"It is {is_now} already."
        return f"A move that is {is_now} cannot become {wanted} in one step: call it {first} first."
    if to in (Status.AGREED, Status.PLANNED, Status.MOVING) and kind not in MOVING_KINDS:
        return "It does not move: its label has to count first, and nothing may block it."
    if to in NEED_A_WAVE and not in_wave:
        return "Put it into a wave first."
    if to is Status.WALKED_BACK and not reason.strip():
        return "Say why it was walked back."
    return ""


def steps(now: Status, *, leads: bool) -> list[Status]:
    """The steps to offer, to somebody who leads the team or is a member of it."""
    return [to for to in NEXT[now] if leads or (now, to) in MEMBERS_MAY]
