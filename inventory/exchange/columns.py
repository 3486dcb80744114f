"""The columns of the plan's workbook: one declaration each, with its heading, how it is written and how wide."""

from dataclasses import dataclass
from enum import StrEnum

from inventory.exchange.reference import TOGETHER, at, of_call, of_part, summed

RAMP = 12  # months of the picture


class Form(StrEnum):
    """How a value is written. Amounts arrive as whole micro-dollars, shares as 0 to 1, percents as whole percent."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    RATE = "rate"
    SHARE = "share"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"
    TRUTH = "truth"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """With a `formula`, rows hold it and the value it has now (`workbook.Sheet` says how a formula names cells).
    `to_change` marks what is there to be changed in the file."""

    name: str
    heading: str
    form: Form = Form.TEXT
    width: int = 18
    formula: str = ""
    to_change: bool = False


SUMMARY = (
    Column("by", "By", width=12),
    Column("name", "Name", width=28),
    Column("parts", "Parts", Form.WHOLE, 10),
    Column("moving", "Parts that move", Form.WHOLE, 15),
    Column("today", "Today, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY, formula="=ROUND([today]-[after],6)"),
    Column("saving_a_year", "Saves, $ a year", Form.MONEY, formula="=[saving]*months_in_a_year"),
    Column("one_sided_saving", "Of it on one side's answer, $ a month", Form.MONEY, 32),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("waits", "Somebody waits, $ today", Form.MONEY, 22),
    Column("open", "On the line, $ today", Form.MONEY, 20),
    Column("nobody", "Nobody waits, $ today", Form.MONEY, 21),
    Column("sealed", "Decided, share of spend", Form.PERCENT, 22),
    Column("one_sided", "Decided by one side, $ today", Form.MONEY, 26),
    Column("one_sided_parts", "Parts decided by one side", Form.WHOLE, 24),
    Column("guess", "First guess that can move", Form.PERCENT, 24),
    Column("can_move", "Can move", Form.PERCENT, 10, '=IF([today]=0,"",ROUND([nobody]/[today],2))'),
    Column("unpriced", "Parts without a known price", Form.WHOLE, 26),
    Column("no", "No.", Form.WHOLE, 8),
)

# How far a move has come, and how it is weighed.
WEIGHED = (
    Column("status", "Status", width=14),
    Column("readiness", "Readiness", width=14),
    Column("readiness_why", "Readiness, why", width=44),
    Column("effort", "Effort, 1 to 5", Form.WHOLE, 14),
    Column("effort_why", "Effort, why", width=44),
    Column("risk", "Risk, 1 to 5", Form.WHOLE, 12),
    Column("risk_why", "Risk, why", width=44),
    Column("overruled", "Overruled", width=44),
)
MOVES = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("call", "Call", width=30),
    Column("key", "Call key", width=26),
    Column("part", "Part", width=30),
    Column("in_split", "Of a split call", Form.TRUTH, 14),
    Column("model", "Model it is planned on", width=24),
    Column("move", "Move", width=16),
    Column("walked", "Walked back in Parts", width=19, formula=f'{of_part("walked")}&""'),
    Column("ready", "Ready", width=44),
    Column("consumer", "Who or what uses it first", width=26),
    Column("reaches", "How it reaches them", width=24),
    Column("read_when", "When it is read", width=18),
    Column("deadline", "Latest it may arrive", width=20),
    Column("hand_over", "How the late part reaches its reader", width=32),
    Column("label", "Label", width=16),
    Column("state", "How far the two sides are", width=22),
    Column("one_sided", "On one side's answer", Form.TRUTH, 20),
    Column("guard", "Guard", Form.TRUTH, 10),
    Column("path", "Runs today", width=12),
    Column("today", "Today, $ a month", Form.MONEY, formula=of_part("today")),
    Column("after", "After, $ a month", Form.MONEY, formula=of_part("after")),
    Column("saving", "Saves, $ a month", Form.MONEY, formula=of_part("saving")),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26, of_part("possible")),
    Column("product_owner", "Product owner", width=20),
    Column("engineering_owner", "Engineering owner", width=20),
    Column("doubts", "Doubts", width=50),
    Column("wave", "Wave", width=22),
    *WEIGHED,
    Column("no", "No. in Parts", Form.WHOLE, 12),
    Column("row", "Row in Parts", Form.WHOLE, 12, f"={at('[no]')}"),
)


def _of_wave(column: str) -> str:
    return "=" + summed(column, "wave_no", "[no]")


def _in_month(number: int) -> str:
    """What the wave saves in that month of the picture: it grows from its start on by one step of its ramp a month."""
    moved = f"IF([ramp_months]=0,IF({number}>[late],1,0),MAX(0,MIN(1,({number}-[late])/[ramp_months])))"
    return f"=ROUND(([saving]-[alone])*{moved},6)"


WAVES = (
    Column("team", "Team", width=22),
    Column("wave", "Wave", width=26),
    Column("starts_on", "Starts", Form.DAY, 12, to_change=True),
    Column("ramp_months", "Ramp, months", Form.WHOLE, 14, to_change=True),
    Column("owner", "Owner", width=20),
    Column("after", "Depends on", width=30),
    Column("parts", "Parts", Form.WHOLE, 10, _of_wave("counts")),
    Column("moving", "Parts that move", Form.WHOLE, 15, _of_wave("moves")),
    Column("today", "Today, $ a month", Form.MONEY, formula=_of_wave("today")),
    Column("after_cost", "After, $ a month", Form.MONEY, formula=_of_wave("after")),
    Column("saving", "Saves, $ a month", Form.MONEY, formula="=ROUND([today]-[after_cost],6)"),
    Column("alone", "Of it on one side's answer", Form.MONEY, 24, _of_wave("alone")),
    Column(
        "late", "Starts after, months", Form.WHOLE, 19,
        "=(YEAR([starts_on])-YEAR(first_month))*12+MONTH([starts_on])-MONTH(first_month)",
    ),
    *(Column(f"month_{n}", f"Saves in month {n}", Form.MONEY, 16, _in_month(n)) for n in range(1, RAMP + 1)),
    Column("no", "Wave no.", Form.WHOLE, 9),
)  # fmt: skip

CALLS = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("key", "Call key", width=26),
    Column("name", "Name", width=30),
    Column("description", "Description", width=50),
    Column("provider", "Provider", width=18),
    Column("model", "Model", width=24),
    Column("geo", "Geography", width=12),
    Column("fast", "Fast mode", Form.TRUTH, 10),
    Column("write_1h", "One-hour cache", Form.TRUTH, 14),
    Column("path", "Runs today", width=12),
    Column("path_assumed", "Path is assumed", Form.TRUTH, 15),
    Column("requests", "Requests a month", Form.WHOLE, 16),
    Column("uncached_input", "Input tokens, not cacheable", Form.WHOLE, 25),
    Column("cacheable_prefix", "Cacheable prefix tokens", Form.WHOLE, 22),
    Column("output", "Output tokens", Form.WHOLE, 14),
    Column("hit_share", "Cache hit share", Form.SHARE, 14),
    Column("batch_hit_share", "Cache hit share in batch", Form.SHARE, 22),
    Column("share_above", "Share of long prompts", Form.SHARE, 20),
    Column("searches", "Web searches a request", Form.NUMBER, 22),
    Column("container_minutes", "Container minutes a request", Form.NUMBER, 26),
    Column("expired_share", "Expires in batch, repeated", Form.SHARE, 24),
    Column("figures", "Figures are", width=12),
    Column("move", "Move", width=16),
    Column("parts", "Parts", Form.WHOLE, 8),
    Column("today", "Today, $ a month", Form.MONEY, formula=of_call("today")),
    Column("after", "After, $ a month", Form.MONEY, formula=of_call("after")),
    Column("saving", "Saves, $ a month", Form.MONEY, formula=of_call("saving")),
    Column("one_sided_saving", "Of it on one side's answer, $ a month", Form.MONEY, 32, of_call("alone")),
    Column("code_location", "Code location", width=36),
    Column("source_repository", "Repository", width=36),
    Column("source_commit", "Commit", width=16),
    Column("entry_point", "Entry point", width=26),
    Column("streaming", "Streaming", Form.TRUTH, 10),
    Column("tools", "Tools", Form.TRUTH, 8),
    Column("workspace", "Workspace"),
    Column("api_key", "Name of the API key"),
    Column("prompt_name", "Prompt or span name"),
    Column("tag", "Tag"),
    Column("no", "Call no.", Form.WHOLE, 9),
    Column("first", "First row in Parts", Form.WHOLE, 17),
    Column("together", "Parts stand together", Form.WHOLE, 19, TOGETHER),
)


def _fast(name: str) -> str:
    """Cache prices stack on those of fast mode."""
    return f"=ROUND([{name}]*[fast_input]/[input],6)"


PRICES = (
    Column("line", "Line", Form.WHOLE, 7),
    Column("model", "Model", width=24),
    Column("platform", "Platform", width=14),
    Column("platform_id", "Id there", width=36),
    Column("endpoint", "Endpoint", width=14),
    Column("above", "Prompts of more than, tokens", Form.WHOLE, 26),
    Column("input", "Input, $ a million", Form.RATE, to_change=True),
    Column("output", "Output, $ a million", Form.RATE, to_change=True),
    Column("write_5m", "Cache write 5 min", Form.RATE, to_change=True),
    Column("write_1h", "Cache write 1 h", Form.RATE, to_change=True),
    Column("read", "Cache read", Form.RATE, to_change=True),
    Column("batch_input", "Batch input", Form.RATE, to_change=True),
    Column("batch_output", "Batch output", Form.RATE, to_change=True),
    Column("batch_write_5m", "Batch cache write 5 min", Form.RATE, 22, to_change=True),
    Column("batch_write_1h", "Batch cache write 1 h", Form.RATE, 20, to_change=True),
    Column("batch_read", "Batch cache read", Form.RATE, to_change=True),
    Column("fast_input", "In fast mode: input", Form.RATE, 18, "=[input]", to_change=True),
    Column("fast_output", "In fast mode: output", Form.RATE, 19, "=[output]", to_change=True),
    Column("fast_write_5m", "In fast mode: write 5 min", Form.RATE, 23, _fast("write_5m")),
    Column("fast_write_1h", "In fast mode: write 1 h", Form.RATE, 22, _fast("write_1h")),
    Column("fast_read", "In fast mode: read", Form.RATE, 18, _fast("read")),
    Column("valid_from", "From", Form.DAY, 12),
    Column("valid_to", "To", Form.DAY, 12),
    Column("as_of", "As of", Form.DAY, 12),
    Column("confidence", "Confidence", width=12),
    Column("source", "Source", width=50),
    Column("note", "Note", width=50),
)

ASSUMPTIONS = (
    Column("what", "What", width=42),
    Column("number", "May be changed", Form.NUMBER, 16, to_change=True),
    Column("name", "Its name in formulas", width=28),
    Column("value", "Value", width=160),
)

HISTORY = (
    Column("seq", "No.", Form.WHOLE, 9),
    Column("at", "When, in UTC", Form.MOMENT, 17),
    Column("what", "What was done", width=80),
    Column("reason", "Why", width=50),
    Column("effect", "What it did to the figures", width=50),
)

DOUBTS = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("call", "Call", width=30),
    Column("key", "Call key", width=26),
    Column("part", "Part", width=30),
    Column("doubt", "Doubt", width=70),
    Column("today", "Today, $ a month", Form.MONEY, formula=of_part("today")),
    Column("product_owner", "Product owner", width=20),
    Column("engineering_owner", "Engineering owner", width=20),
    Column("no", "No. in Parts", Form.WHOLE, 12),
    Column("row", "Row in Parts", Form.WHOLE, 12, f"={at('[no]')}"),
)

PICTURES = (
    Column("picture", "Picture", width=9),
    Column("step", "Step", width=22),
    Column("month", "Month", Form.DAY, 11),
    Column("amount", "$ a month", Form.MONEY, 15),
    Column("drawn", "Drawn", width=132),
    Column("level", "Level", Form.MONEY, 15),
    Column("ground", "Nothing drawn", Form.MONEY, 15),
    Column("total", "Total", Form.MONEY, 15),
    Column("less", "Less", Form.MONEY, 15),
    Column("more", "More", Form.MONEY, 15),
    Column("ghost", "Not counted", Form.MONEY, 15),
)
