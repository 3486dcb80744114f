"""Doubts: what one should know before believing an amount. Codes are stored beside it, words are shown."""

from collections.abc import Iterable
from enum import StrEnum


class Doubt(StrEnum):
    """In the order in which they matter: a list of doubts is shown in it."""

    MODEL_UNKNOWN = "model_unknown"
    TOO_LARGE = "too_large"
    MODEL_RETIRED = "model_retired"
    MODEL_RETIRES = "model_retires"
    UNDECIDED = "undecided"
    ONE_SIDED = "one_sided"
    DISPUTED = "disputed"
    CHECK_NEEDED = "check_needed"
    PROVIDER_UNKNOWN = "provider_unknown"
    GATEWAY = "gateway"
    PATH_ASSUMED = "path_assumed"
    FIGURES_ASSUMED = "figures_assumed"
    PRICE_UNCERTAIN = "price_uncertain"
    PRICE_DERIVED = "price_derived"
    ENDPOINT_ASSUMED = "endpoint_assumed"
    GEO_NOT_OFFERED = "geo_not_offered"
    FAST_NOT_PRICED = "fast_not_priced"
    BAND_ASSUMED = "band_assumed"
    OTHER_MODEL = "other_model"
    FEE_NOT_PRICED = "fee_not_priced"
    FREE_HOURS = "free_hours"
    EXPIRY_NOT_COUNTED = "expiry_not_counted"
    PREFIX_TOO_SHORT = "prefix_too_short"


WORDS: dict[str, str] = {
    Doubt.MODEL_UNKNOWN: "The price book does not know this model: the cost is not known, and not counted",
    Doubt.TOO_LARGE: "More than a billion dollars a month: check volume and tokens",
    Doubt.MODEL_RETIRED: "The model's retirement date has passed",
    Doubt.MODEL_RETIRES: "A retirement date is set for the model",
    Doubt.UNDECIDED: "Not labelled yet: counted as real time",
    Doubt.ONE_SIDED: "Only one side has answered",
    Doubt.DISPUTED: "The two sides disagree: counted as real time",
    Doubt.CHECK_NEEDED: "The label has to be checked: counted as real time",
    Doubt.PROVIDER_UNKNOWN: "Provider not known: priced as on the Claude API",
    Doubt.GATEWAY: "Through a gateway: priced as on the Claude API, without the gateway's own fee",
    Doubt.PATH_ASSUMED: "That it runs in real time today is assumed",
    Doubt.FIGURES_ASSUMED: "Volume and tokens are assumed",
    Doubt.PRICE_UNCERTAIN: "The sources of this price disagree",
    Doubt.PRICE_DERIVED: "Some of the price follows from a published rule, not from a price list",
    Doubt.ENDPOINT_ASSUMED: "The same id is priced differently by endpoint: the lower price is used",
    Doubt.GEO_NOT_OFFERED: "Inference in the US only is not offered for this model: priced without it",
    Doubt.FAST_NOT_PRICED: "Fast mode is not offered for this model: priced without it",
    Doubt.BAND_ASSUMED: "The share of long prompts is guessed from the average prompt",
    Doubt.OTHER_MODEL: "Planned on another model than today's: its tokens are those of today's, count them anew",
    Doubt.FEE_NOT_PRICED: "The price book has no fee for a tool it uses: counted without it",
    Doubt.FREE_HOURS: "Container hours are counted in full: your organization's free hours are not taken off",
    Doubt.EXPIRY_NOT_COUNTED: "What is late is repeated at full price, but no share that expires is counted",
    Doubt.PREFIX_TOO_SHORT: "The prefix is shorter than this model can cache",
}


_RANK = {doubt.value: rank for rank, doubt in enumerate(Doubt)}


def ordered(codes: Iterable[str]) -> list[str]:
    """Each once, the weightiest first, as plain strings: what is stored."""
    return sorted({str(code) for code in codes}, key=_RANK.__getitem__)
