"""Formulas that read the sheet of parts from another sheet. They go by numbers and by our own words, never by what
somebody typed: a name like `*` would be a pattern there."""


def at(number: str, sheet: str = "Parts") -> str:
    """The row of the sheet of parts where that number stands: where it was written, or wherever it was sorted to."""
    numbers, there = f"[{sheet}:no]", f"INDEX([{sheet}:no],{number}+1)={number}"
    return f"IF({there},{number}+1,MATCH({number},{numbers},0))"


def summed(column: str, *where: str) -> str:
    """The sum of a column of the parts, `where` in pairs of a column and what it must be, as formulas write it."""
    if not where:
        return f"SUM([Parts:{column}])"
    pairs = ",".join(f"[Parts:{name}],{value}" for name, value in zip(where[::2], where[1::2], strict=True))
    return f"SUMIFS([Parts:{column}],{pairs})"


def of_part(column: str, row: str = "[row]") -> str:
    """What the sheet of parts says of the part in that row of it."""
    return f"=INDEX([Parts:{column}],{row})"


_STRETCH = "INDEX([Parts:{0}],[first]):INDEX([Parts:{0}],[first]+[parts]-1)"
# Whether the parts of this row's call still stand together: 1, or 0 where somebody sorted them apart.
TOGETHER = f"=IF(COUNTIF({_STRETCH.format('call_no')},[no])=[parts],1,0)"


def of_call(column: str) -> str:
    """The sum over the parts of this row's call."""
    return f"=IF([together]=1,SUM({_STRETCH.format(column)}),{summed(column, 'call_no', '[no]')})"
