"""The columns of the plan's workbook: one declaration each, with its heading, how it is written and how wide."""

from dataclasses import dataclass
from enum import StrEnum


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
    name: str
    heading: str
    form: Form = Form.TEXT
    width: int = 18


SUMMARY = (
    Column("by", "By", width=12),
    Column("name", "Name", width=28),
    Column("parts", "Parts", Form.WHOLE, 10),
    Column("moving", "Parts that move", Form.WHOLE, 15),
    Column("today", "Today, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY),
    Column("saving_a_year", "Saves, $ a year", Form.MONEY),
    Column("one_sided_saving", "Of it on one side's answer, $ a month", Form.MONEY, 32),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("waits", "Somebody waits, $ today", Form.MONEY, 22),
    Column("open", "On the line, $ today", Form.MONEY, 20),
    Column("nobody", "Nobody waits, $ today", Form.MONEY, 21),
    Column("sealed", "Decided, share of spend", Form.PERCENT, 22),
    Column("one_sided", "Decided by one side, $ today", Form.MONEY, 26),
    Column("one_sided_parts", "Parts decided by one side", Form.WHOLE, 24),
    Column("guess", "First guess that can move", Form.PERCENT, 24),
    Column("can_move", "Can move", Form.PERCENT, 10),
    Column("unpriced", "Parts without a known price", Form.WHOLE, 26),
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
    Column("today", "Today, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY),
    Column("possible", "Possible besides, $ a month", Form.MONEY, 26),
    Column("product_owner", "Product owner", width=20),
    Column("engineering_owner", "Engineering owner", width=20),
    Column("doubts", "Doubts", width=50),
    Column("wave", "Wave", width=22),
    Column("status", "Status", width=14),
    Column("readiness", "Readiness", width=14),
    Column("readiness_why", "Readiness, why", width=44),
    Column("effort", "Effort, 1 to 5", Form.WHOLE, 14),
    Column("effort_why", "Effort, why", width=44),
    Column("risk", "Risk, 1 to 5", Form.WHOLE, 12),
    Column("risk_why", "Risk, why", width=44),
)

WAVES = (
    Column("team", "Team", width=22),
    Column("wave", "Wave", width=26),
    Column("starts_on", "Starts", Form.DAY, 12),
    Column("ramp_months", "Ramp, months", Form.WHOLE, 14),
    Column("owner", "Owner", width=20),
    Column("after", "Depends on", width=30),
    Column("parts", "Parts", Form.WHOLE, 10),
    Column("moving", "Parts that move", Form.WHOLE, 15),
    Column("today", "Today, $ a month", Form.MONEY),
    Column("after_cost", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY),
)

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
    Column("today", "Today, $ a month", Form.MONEY),
    Column("after", "After, $ a month", Form.MONEY),
    Column("saving", "Saves, $ a month", Form.MONEY),
    Column("one_sided_saving", "Of it on one side's answer, $ a month", Form.MONEY, 32),
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
)

PRICES = (
    Column("model", "Model", width=24),
    Column("platform", "Platform", width=14),
    Column("platform_id", "Id there", width=36),
    Column("endpoint", "Endpoint", width=14),
    Column("above", "Prompts of more than, tokens", Form.WHOLE, 26),
    Column("input", "Input, $ a million", Form.RATE),
    Column("output", "Output, $ a million", Form.RATE),
    Column("write_5m", "Cache write 5 min", Form.RATE),
    Column("write_1h", "Cache write 1 h", Form.RATE),
    Column("read", "Cache read", Form.RATE),
    Column("batch_input", "Batch input", Form.RATE),
    Column("batch_output", "Batch output", Form.RATE),
    Column("batch_write_5m", "Batch cache write 5 min", Form.RATE, 22),
    Column("batch_write_1h", "Batch cache write 1 h", Form.RATE, 20),
    Column("batch_read", "Batch cache read", Form.RATE),
    Column("valid_from", "From", Form.DAY, 12),
    Column("valid_to", "To", Form.DAY, 12),
    Column("as_of", "As of", Form.DAY, 12),
    Column("confidence", "Confidence", width=12),
    Column("source", "Source", width=50),
    Column("note", "Note", width=50),
)

ASSUMPTIONS = (Column("what", "What", width=34), Column("value", "Value", width=110))
