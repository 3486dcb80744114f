"""The sheet of parts: what each costs, as formulas over prices and assumptions. `domain.pricing` in a spreadsheet's
words: the same lines of arithmetic, rounded to a millionth of a dollar at the same places.

`price_rates` is fifteen columns of the prices: input, output, cache write 5 min and 1 h, read; the same in batch; the
same in fast mode, where a model without one has its ordinary prices again.
"""

from inventory.exchange.columns import Column, Form
from inventory.exchange.reference import at

BATCH, FAST = 5, 10  # columns of `price_rates` before those of a batch and of fast mode
IF_CHEAPER, IN_BATCH, REAL_TIME, OPEN = "Batch where cheaper", "Batch", "Real time", "Not decided"
WHOLE, PART = "Split call, as it runs today", "Part"
LIVE, FIXED, UNPRICED = "Live", "Fixed: made at other prices than today's", "No known price"


def _rate(row: str, column: int | str) -> str:
    return f"INDEX(price_rates,{row},{column})"


def _tokens(row: str, *, hits: str, offset: int | str, write: str) -> str:
    """A million requests' tokens at one price line, in dollars."""
    prefix = f"{hits}*{_rate(row, f'{offset}+5')}+(1-{hits})*{_rate(row, f'{offset}+{write}')}"
    input_and_output = f"[uncached_input]*{_rate(row, f'{offset}+1')}+[output]*{_rate(row, f'{offset}+2')}"
    return f"({input_and_output}+[cacheable_prefix]*({prefix}))"


def _both(low: str, high: str, share: str) -> str:
    """Short and long prompts."""
    return f"((1-{share})*{low}+IF({share}>0,{share}*{high},0))"


def _now(row: str, row_long: str, share: str, kept: str) -> str:
    """One request in real time, in dollars, not rounded."""
    fast, write = f'IF([fast]="yes",{FAST},0)', 'IF([write_1h]="yes",4,3)'
    low, high = (_tokens(r, hits="[hit_share]", offset=fast, write=write) for r in (row, row_long))
    return f"{_both(low, high, share)}*{kept}/1000000+[fees]"


def _batch(low: str, high: str) -> str:
    once = f"{_both(low, high, '[long]')}*[kept]/1000000+[fees]"
    all_of_them = f"(1-[expired_share])*({once})+[expired_share]*[one]"
    return f'IF([has_batch]="yes",ROUND([requests]*volume_factor*({all_of_them}),6),"")'


def _with_cache(row: str) -> str:
    return _tokens(row, hits="[hits]", offset=BATCH, write='IF(batch_cache_one_hour="yes",4,3)')


def _without_cache(row: str) -> str:
    prompt = "([uncached_input]+[cacheable_prefix])"
    return f"({prompt}*{_rate(row, BATCH + 1)}+[output]*{_rate(row, BATCH + 2)})"


def _row_of(line: str) -> str:
    return f'=IF({line}="",0,MATCH({line},price_lines,0))'


def _long(row: str) -> str:
    guessed = f"IF([uncached_input]+[cacheable_prefix]>INDEX(price_above,{row}),1,0)"
    return f"=IF({row}=0,0,IF(ISNUMBER([share_above]),[share_above],{guessed}))"


_DISCOUNT = 'IF([platform_no]="",0,INDEX(discounts,[platform_no]))'
_KEPT = f"[factor]*(1-{_DISCOUNT})"
_OFF_FEES = f'IF([platform_no]="",0,IF(INDEX(discounts_on_fees,[platform_no])="yes",{_DISCOUNT},0))'
_FEES = "([searches]*fee_searches/1000+[container_minutes]*fee_container/60)"
_OFFERED = f'AND([batch_offered]="yes",ISNUMBER({_rate("[row]", 6)}))'
_OFFERED_LONG = f"IF([row_long]=0,TRUE,ISNUMBER({_rate('MAX(1,[row_long])', 6)}))"
_CHEAPER = 'IF([has_batch]="yes",MIN([batch],[real_time]),[real_time])'
_IN_BATCH = 'IF([has_batch]="yes",[batch],[real_time])'
_SHARED = (
    '=IF([whole_no]="",[spent],IF(INDEX([:weights],[whole])=0,0,'
    "ROUND(INDEX([:spent],[whole])*[as_is]/INDEX([:weights],[whole]),6)+[rounding]/1000000))"
)
_WEIGHTS = (
    "=IF(COUNTIF(INDEX([:whole_no],ROW()+1):INDEX([:whole_no],ROW()+[parts]),[no])=[parts],"
    "SUM(INDEX([:as_is],ROW()+1):INDEX([:as_is],ROW()+[parts])),SUMIFS([:as_is],[:whole_no],[no]))"
)
_AFTER = (
    f'=IF([shall]="{OPEN}",MAX([real_time],[as_is]),IF([walked]="yes",[real_time],'
    f'IF([shall]="{IF_CHEAPER}",{_CHEAPER},IF([shall]="{IN_BATCH}",{_IN_BATCH},[real_time]))))'
)
_MOVES = (
    f'=IF([move]="Bring back",1,IF(AND([shall]="{IF_CHEAPER}",[walked]<>"yes",[has_batch]="yes"),'
    "IF([batch]<[real_time],1,0),0))"
)

_WHO = (
    Column("no", "No.", Form.WHOLE, 8),
    Column("team", "Team", width=18),
    Column("feature", "Feature", width=24),
    Column("call", "Call", width=28),
    Column("key", "Call key", width=22),
    Column("part", "Part", width=28),
    Column("row_is", "This row is", width=26),
    Column("move", "Move", width=16),
    Column("walked", "Walked back", width=13, to_change=True),
    Column("wave", "Counted in wave", width=32),
    Column("figures", "Figures are", width=36),
)
_AMOUNTS = (
    Column("today", "Today, $ a month", Form.MONEY, 17, _SHARED),
    Column("after", "After, $ a month", Form.MONEY, 17, _AFTER),
    Column("saving", "Saves, $ a month", Form.MONEY, 17, "=ROUND([today]-[after],6)"),
    Column(
        "possible", "Possible besides, $ a month", Form.MONEY, 25,
        f'=IF([shall]="{OPEN}",ROUND([after]-{_CHEAPER},6),0)',
    ),
)  # fmt: skip
_INPUTS = (
    Column("path", "Runs today", width=12),
    Column("shall", "Shall run", width=20),
    Column("model", "Model", width=22),
    Column("requests", "Requests a month", Form.WHOLE, 17, to_change=True),
    Column("uncached_input", "Input tokens, not cacheable", Form.WHOLE, 25, to_change=True),
    Column("cacheable_prefix", "Cacheable prefix tokens", Form.WHOLE, 22, to_change=True),
    Column("output", "Output tokens", Form.WHOLE, 14, to_change=True),
    Column("hit_share", "Cache hit share", Form.SHARE, 15, to_change=True),
    Column("batch_hit_share", "Cache hit share in batch", Form.SHARE, 22, to_change=True),
    Column("expired_share", "Expires in batch, repeated", Form.SHARE, 24, to_change=True),
    Column("share_above", "Share of long prompts", Form.SHARE, 20, to_change=True),
    Column("searches", "Web searches a request", Form.NUMBER, 22, to_change=True),
    Column("container_minutes", "Container minutes a request", Form.NUMBER, 26, to_change=True),
    Column("write_1h", "One-hour cache", Form.TRUTH, 15, to_change=True),
    Column("fast", "Fast mode", Form.TRUTH, 10, to_change=True),
    Column("line", "Price line", Form.WHOLE, 10),
    Column("line_long", "Price line, long prompts", Form.WHOLE, 21),
    Column("factor", "Geography, times", Form.NUMBER, 16),
    Column("batch_offered", "Batch offered there", Form.TRUTH, 18),
)
_WORKINGS = (
    Column("real_time", "In real time, $ a month", Form.MONEY, 21, "=ROUND([requests]*volume_factor*[one],6)"),
    Column(
        "with_cache", "In batch with cache", Form.MONEY, 19,
        f"={_batch(_with_cache('[row]'), _with_cache('[row_long]'))}"
    ),
    Column(
        "without_cache", "In batch without cache", Form.MONEY, 21,
        f"={_batch(_without_cache('[row]'), _without_cache('[row_long]'))}",
    ),
    Column("batch", "In batch, the cheaper", Form.MONEY, 20,
           '=IF([has_batch]="yes",MIN([with_cache],[without_cache]),"")'),
    Column(
        "as_is", "In real time on today's model", Form.MONEY, 27,
        '=IF([line_today]="",[real_time],ROUND([requests]*volume_factor*[one_today],6))',
    ),
    Column("spent", "On today's path", Form.MONEY, 17,
           '=IF(AND([path]="Batch",[has_batch]="yes"),[batch],[real_time])'),
    Column("one", "One request in real time, $", Form.RATE, 25, f"={_now('[row]', '[row_long]', '[long]', '[kept]')}"),
    Column("kept", "Token prices, times", Form.NUMBER, 18, f"={_KEPT}"),
    Column("fees", "Fees of tools a request, $", Form.RATE, 24, f"={_FEES}*(1-{_OFF_FEES})"),
    Column("long", "Share priced as long prompts", Form.SHARE, 26, _long("[row_long]")),
    Column("hits", "Hit share in batch, as counted", Form.SHARE, 27,
           "=IF(ISNUMBER(batch_hit_share),batch_hit_share,[batch_hit_share])"),
    Column("has_batch", "Has a batch price", width=16, formula=f'=IF(AND({_OFFERED},{_OFFERED_LONG}),"yes","no")'),
    Column("row", "Place of its price", Form.WHOLE, 15, _row_of("[line]")),
    Column("row_long", "Place for long prompts", Form.WHOLE, 19, _row_of("[line_long]")),
)  # fmt: skip
_TODAYS_MODEL = (  # of parts that are planned on another
    Column("line_today", "Price line of today's model", Form.WHOLE, 25),
    Column("line_today_long", "The same, long prompts", Form.WHOLE, 21),
    Column("factor_today", "The same, geography", Form.NUMBER, 18),
    Column("row_today", "Place of that price", Form.WHOLE, 16, _row_of("[line_today]")),
    Column("row_today_long", "Place of that, long prompts", Form.WHOLE, 23, _row_of("[line_today_long]")),
    Column("long_today", "Share long on today's model", Form.SHARE, 25, _long("[row_today_long]")),
    Column(
        "one_today", "One request on today's model, $", Form.RATE, 28,
        f"={_now('[row_today]', '[row_today_long]', '[long_today]', _KEPT.replace('[factor]', '[factor_today]'))}",
    ),
)  # fmt: skip
_KEYS = (  # what sums go by: numbers and our own words, never what somebody typed
    Column("one_sided", "On one side's answer", Form.TRUTH, 20),
    Column("alone", "Saves on one side's answer", Form.MONEY, 24, '=IF([one_sided]="yes",[saving],0)'),
    Column("side", "Side of the line", width=16),
    Column("counted_as", "Counted as", width=16),
    Column("counts", "Counts as part", Form.WHOLE, 14),
    Column("unpriced", "Without a known price", Form.WHOLE, 20),
    Column("moves", "Moves", Form.WHOLE, 8, _MOVES),
    Column("team_no", "Team no.", Form.WHOLE, 9),
    Column("call_no", "Call no.", Form.WHOLE, 9),
    Column("wave_no", "Wave no.", Form.WHOLE, 9),
    Column("platform_no", "Platform no.", Form.WHOLE, 12),
    Column("whole_no", "Split call, no.", Form.WHOLE, 14),
    Column("whole", "Row of the split call", Form.WHOLE, 19, f"={at('[whole_no]', '')}"),
    Column("parts", "Parts below", Form.WHOLE, 11),
    Column("weights", "Parts below in real time, $", Form.MONEY, 24, _WEIGHTS),
    Column("rounding", "Millionths it gets of the rest", Form.WHOLE, 26),
    Column("done", "Counts as realised", Form.TRUTH, 17),
)
PARTS = (*_WHO, *_AMOUNTS, *_INPUTS, *_WORKINGS, *_TODAYS_MODEL, *_KEYS)
