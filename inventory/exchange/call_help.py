"""What each column of a file of calls holds: said once, for the page, the template and whoever fills it in."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from inventory.exchange.call_row import COLUMNS, FIGURES, PROVIDERS


class Help(NamedTuple):
    """`values` are all there may be in it; empty where anything may."""

    words: str
    examples: tuple[str, str]
    values: tuple[str, ...] = ()


YES_NO = ("yes", "no")
RUNS = ("real_time", "batch", "unknown")
_TEXT: Mapping[str, Help] = {
    "team": Help("The team it belongs to, by name", ("Support", "Search")),
    "feature": Help("What users of the product would name, of that team", ("Ticket inbox", "Catalogue")),
    "call_key": Help("Names the call, once in the installation: a known one is changed", ("ticket-tags", "item-texts")),
    "name": Help("What the call does, in a few words", ("Tags of a ticket", "Texts of new items")),
    "model": Help("The model as you call it", ("claude-haiku-4-5", "claude-sonnet-4-5")),
    "requests_per_month": Help("In plain digits", ("46000", "1200000")),
    "input_tokens": Help("Of one request, its cacheable prefix counted", ("1500", "6000")),
    "output_tokens": Help("Of one request", ("40", "800")),
    "part": Help("Empty in the row of a call. Each part of a split call has a row of its own below it", ("", "")),
    "consumer": Help("Who or what uses it first; of a split call in its parts' rows", ("An agent at a screen", "")),
    "reaches": Help("How it reaches them", ("In the ticket", "")),
    "read_when": Help("When it is read", ("At once", "")),
    "deadline": Help("Latest it may arrive", ("5 seconds", "")),
    "hand_over": Help("How the late part reaches its reader", ("", "")),
    "meanwhile": Help("What the screen says meanwhile", ("", "")),
    "product_owner": Help("Of its feature, by name or e-mail; the same in all its rows", ("", "")),
    "engineering_owner": Help("Of its feature, by name or e-mail; the same in all its rows", ("", "")),
    "description": Help("What goes in, what comes out, who uses it", ("One ticket in, its tags out", "")),
    "source_repository": Help("Where its code is kept", ("support/inbox", "")),
    "source_commit": Help("The state of the code that was looked at", ("", "")),
    "code_location": Help("The file and line that calls", ("inbox/tags.py:41", "")),
    "entry_point": Help("What starts it: a page, a schedule, a queue", ("", "nightly, 02:00")),
    "streaming": Help("Whether the answer is shown as it comes", ("no", "no"), YES_NO),
    "tools": Help("Whether it uses tools", ("no", "no"), YES_NO),
    "provider": Help("Where it runs; empty is priced as the Claude API", ("anthropic", "bedrock"), tuple(PROVIDERS)),
    "model_in_code": Help("Not kept: another maker's model that the code names today", ("", "")),
    "cacheable_prefix_tokens": Help("The part of the input that repeats word for word", ("1000", "2000")),
    "cache_hit_share": Help("How often that prefix is found in the cache, from 0 to 1", ("0.72", "0.3")),
    "figures_are": Help("Where the figures are from; empty counts as assumed", ("measured", "assumed"), tuple(FIGURES)),
    "path": Help("How it runs today; empty counts as real time", ("real_time", "batch"), RUNS),
    "workspace": Help("The workspace its usage is under", ("", "")),
    "api_key": Help("The name of its API key, never the key", ("", "")),
    "prompt_name": Help("The name of its prompt or span", ("", "")),
    "tag": Help("A tag of your own", ("", "nightly")),
    "web_searches_per_request": Help("On average", ("", "0.25")),
    "container_minutes_per_request": Help("On average, as billed: at least 5 a run", ("", "")),
    "batch_expired_share": Help("What would expire in a batch and be repeated, from 0 to 1", ("", "0.02")),
    "growth_per_month": Help("How its feature's volume grows, with a sign; the same in all its rows", ("3 %", "")),
    "exported_as": Help("Written by an export to edit: which call this row was, and when. Leave it as it is", ("", "")),
}  # fmt: skip
# Rows of parts below the second example, which is split by them.
PARTS: Sequence[Mapping[str, str]] = [
    {
        "team": "Search", "feature": "Catalogue", "call_key": "item-texts", "part": part, "consumer": consumer,
        "read_when": when, "deadline": latest, "hand_over": hand_over, "requests_per_month": requests,
        "input_tokens": "6000", "cacheable_prefix_tokens": "2000", "output_tokens": "800",
    }
    for part, consumer, when, latest, hand_over, requests in (
        ("Text of an item being edited", "An editor at a screen", "At once", "10 seconds", "", "200000"),
        ("Texts of the night", "The catalogue", "Next morning", "06:00", "Written into the catalogue", "1000000"),
    )
]  # fmt: skip
HELP: Mapping[str, Help] = {column: _TEXT[column] for column in COLUMNS}
