"""The columns of a frozen version's workbook, and of a comparison's."""

from inventory.exchange.columns import WEIGHED, Column, Form

OF_SUMS = {
    "today": "Today, $ a month",
    "after": "After, $ a month",
    "saving": "Saves, $ a month",
    "possible": "Possible besides, $ a month",
    "planned": "In plan, $ a month",
}
FACTS = (
    Column("what", "What", width=34),
    Column("number", "Number", Form.WHOLE, 12),
    Column("amount", "Amount", Form.MONEY),
    Column("text", "Says", width=70),
)
AMOUNTS = (
    Column("today", OF_SUMS["today"], Form.MONEY),
    Column("after", OF_SUMS["after"], Form.MONEY),
    Column("saving", OF_SUMS["saving"], Form.MONEY),
)
PARTS = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("call", "Call", width=30),
    Column("key", "Call key", width=26),
    Column("name", "Part", width=30),
    Column("in_split", "Of a split call", Form.TRUTH, 14),
    Column("provider", "Provider", width=18),
    Column("model", "Model it is planned on", width=24),
    Column("geo", "Geography", width=12),
    Column("path", "Runs then", width=12),
    Column("move", "Move", width=16),
    Column("label", "Label", width=16),
    Column("state", "How far the two sides are", width=22),
    Column("one_sided", "On one side's answer", Form.TRUTH, 20),
    Column("guard", "Guard", Form.TRUTH, 10),
    Column("blockers", "Blocked by", width=30),
    Column("consumer", "Who or what uses it first", width=26),
    *AMOUNTS,
    Column("possible", OF_SUMS["possible"], Form.MONEY, 26),
    Column("wave", "Wave", width=22),
    Column("starts_on", "Starts", Form.DAY, 12),
    Column("ramp_months", "Ramp, months", Form.WHOLE, 14),
    *WEIGHED,
    Column("requests", "Requests a month", Form.WHOLE, 16),
    Column("uncached_input", "Input tokens, not cacheable", Form.WHOLE, 25),
    Column("cacheable_prefix", "Cacheable prefix tokens", Form.WHOLE, 22),
    Column("output", "Output tokens", Form.WHOLE, 14),
    Column("hit_share", "Cache hit share", Form.SHARE, 14),
    Column("batch_hit_share", "Cache hit share in batch", Form.SHARE, 22),
    Column("expired_share", "Expires in batch, repeated", Form.SHARE, 24),
    Column("searches", "Web searches a request", Form.NUMBER, 22),
    Column("container_minutes", "Container minutes a request", Form.NUMBER, 26),
    Column("doubts", "Doubts", width=50),
)
PRICES = (
    Column("provider", "Runs on", width=18),
    Column("model", "Model", width=24),
    Column("geo", "Geography", width=12),
    Column("on", "Priced on", width=12, form=Form.DAY),
    Column("platform_id", "Id in the price book", width=36),
    Column("above", "Prompts of more than, tokens", Form.WHOLE, 26),
    Column("input", "Input, $ a million", Form.RATE),
    Column("output", "Output, $ a million", Form.RATE),
    Column("write_5m", "Cache write 5 min", Form.RATE),
    Column("write_1h", "Cache write 1 h", Form.RATE),
    Column("read", "Cache read", Form.RATE),
    Column("batch_input", "Batch input", Form.RATE),
    Column("batch_output", "Batch output", Form.RATE),
    Column("batch_write_1h", "Batch cache write 1 h", Form.RATE, 20),
    Column("batch_read", "Batch cache read", Form.RATE),
    Column("discount", "Negotiated discount", Form.SHARE),
    Column("valid_from", "From", width=12),
    Column("as_of", "As of", width=12),
    Column("source", "Source", width=50),
)
REASONS = (
    Column("name", "What", width=44),
    Column("lines", "Lines", Form.WHOLE, 10),
    *AMOUNTS,
    Column("planned", OF_SUMS["planned"], Form.MONEY),
    Column("means", "Means", width=80),
)
CHANGES = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("name", "Part", width=34),
    Column("step", "Assumption", width=22),
    Column("move", "Move it comes to", width=20),
    *AMOUNTS,
    Column("possible", OF_SUMS["possible"], Form.MONEY),
)
LINES = (
    Column("team", "Team", width=22),
    Column("feature", "Feature", width=26),
    Column("name", "Part or call", width=34),
    Column("reason", "Reason", width=18),
    Column("move", "Move, as it is later", width=20),
    *AMOUNTS,
    Column("planned", OF_SUMS["planned"], Form.MONEY),
    Column("said", "Changed", width=60),
)
