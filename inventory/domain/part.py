"""Words of a part: which path it takes, which label it carries, how sure the label is."""

from enum import StrEnum


class Path(StrEnum):
    REAL_TIME = "real_time"
    BATCH = "batch"


class Label(StrEnum):
    """What the waiting test says of a part. Hybrid is never stored: such a part is split."""

    NONE = ""
    WAITING = "waiting"
    NOT_WAITING = "not_waiting"


class State(StrEnum):
    """How far the two disciplines have come with a label."""

    UNLABELLED = "unlabelled"
    ONE_SIDE = "one_side"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    CHECK_NEEDED = "check_needed"

    @property
    def is_sealed(self) -> bool:
        return self in (State.AGREED, State.SETTLED)


class Figures(StrEnum):
    """Where volume and tokens come from."""

    TYPED = "typed"
    ASSUMED = "assumed"
    MEASURED = "measured"
