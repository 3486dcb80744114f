"""Which column a heading most likely means: a proposal for whoever says so, never a decision."""

from collections.abc import Iterable
from difflib import get_close_matches

from inventory.exchange.call_row import COLUMNS

# What people head such columns with, beside the names themselves; compared without underscores.
_OFTEN = {
    "key": "call_key", "id": "call_key", "callid": "call_key", "call": "name", "callname": "name", "title": "name",
    "requests": "requests_per_month", "volume": "requests_per_month", "calls": "requests_per_month",
    "callspermonth": "requests_per_month", "monthlyrequests": "requests_per_month", "input": "input_tokens",
    "prompttokens": "input_tokens", "tokensin": "input_tokens", "output": "output_tokens", "tokensout": "output_tokens",
    "completiontokens": "output_tokens", "repository": "source_repository", "repo": "source_repository",
    "commit": "source_commit", "code": "code_location", "file": "code_location", "product": "feature",
    "owner": "team", "squad": "team", "hitshare": "cache_hit_share", "cachehitrate": "cache_hit_share",
    "po": "product_owner", "productowner": "product_owner", "techlead": "engineering_owner",
    "engineer": "engineering_owner", "user": "consumer", "usedby": "consumer", "latest": "deadline",
    "prefix": "cacheable_prefix_tokens", "cachedtokens": "cacheable_prefix_tokens", "notes": "description",
}  # fmt: skip


def likely(headings: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """For each heading a column that nobody has yet, or an empty text."""
    free = [column for column in COLUMNS if column not in set(taken)]
    found: dict[str, str] = {}
    for heading in headings:
        bare = heading.replace("_", "")
        close = get_close_matches(bare, [column.replace("_", "") for column in free], n=1, cutoff=0.75)
        guess = _OFTEN.get(bare, "") or next((c for c in free if close and c.replace("_", "") == close[0]), "")
        found[heading] = guess if guess in free else ""
        if guess in free:
            free.remove(guess)
    return found
