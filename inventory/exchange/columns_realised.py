"""The columns of the workbook's sheets of realised savings: month by month, and the ledger itself."""

from inventory.exchange.columns import Column, Form

STANDS = '[Ledger:counts],"yes"'
_ALL = f"SUMIFS([Ledger:saving],{STANDS})"
_BEFORE_NEXT = '"<"&EDATE([month],1)'
TOGETHER = f'=ROUND({_ALL}+SUM([Parts:saving])-SUMIFS([Parts:saving],[Parts:done],"yes"),6)'
UP_TO_THEN = f"=SUMIFS([Ledger:saving],{STANDS},[Ledger:moved_on],{_BEFORE_NEXT})"
IN_MONTH = f'=SUMIFS([Ledger:saving],{STANDS},[Ledger:moved_on],">="&[month],[Ledger:moved_on],{_BEFORE_NEXT})'
VERIFIED = f"=SUMIFS([Ledger:saving],{STANDS},[Ledger:verified_on],{_BEFORE_NEXT})"
LEFT = "=ROUND([together]-[realised],6)"
PLANNED_LEFT = f"=ROUND([share]*ROUND([together]-{_ALL},6),6)"
PLANNED = "=ROUND([together]-[left],6)"

MONTHS = (
    Column("month", "Month", Form.DAY, 12),
    Column("as", "As", width=14),
    Column("together", "Realised and still to realise, $ a month", Form.MONEY, 34, TOGETHER),
    Column("in_month", "Realised in the month, $", Form.MONEY, 24),
    Column("realised", "Realised at its end, $ a month", Form.MONEY, 28),
    Column("verified", "Of it verified, $ a month", Form.MONEY, 24),
    Column("left", "Still to realise at its end, $ a month", Form.MONEY, 32),
    Column("share", "Of what is left now", Form.NUMBER, 20),
)
LEDGER = (
    Column("team", "Team", width=22),
    Column("wave", "Wave", width=26),
    Column("name", "Move", width=34),
    Column("moved_on", "Moved", Form.DAY, 12),
    Column("now", "Now", width=28),
    Column("counts", "Counts", Form.TRUTH, 9),
    Column("verified_on", "Verified", Form.DAY, 12),
    Column("ended_on", "Taken back", Form.DAY, 12),
    Column("ended_why", "Why it was taken back", width=44),
    Column("priced_on", "Prices of", Form.DAY, 12),
    Column("before", "Before, $ a month", Form.MONEY, 18),
    Column("after", "After, $ a month", Form.MONEY, 18),
    Column("saving", "Saves, $ a month", Form.MONEY, 18, "=ROUND([before]-[after],6)"),
)
