"""Who answers for what: disciplines and roles."""

from enum import StrEnum


class Discipline(StrEnum):
    """Which half of the truth a person sees. Only product and engineering answer the waiting test."""

    PRODUCT = "product"
    ENGINEERING = "engineering"
    OTHER = "other"


class Role(StrEnum):
    """What a member may do in one team, least first."""

    VIEWER = "viewer"
    MEMBER = "member"
    LEAD = "lead"
