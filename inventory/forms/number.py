"""Numbers as people type them: `1,234` and `1 234` are read, what could be misread is refused with what to type."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from inventory.domain.money import MICRO, dollars
from inventory.exchange.price_rows import DEAREST

_SPACES = str.maketrans("\u00a0\u2007\u2009\u202f", "    ")
_WHOLE = re.compile(r"\d+|\d{1,3}(?:([ ,])\d{3})(?:\1\d{3})*", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d*)?|\.\d+) ?%?", re.ASCII)
_DOLLAR_PLACES = 6
_AMOUNT = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_LONGEST = 40


def _typed(value: Any) -> str:
    return str(value).translate(_SPACES).strip()


class Whole(forms.Field):
    """A whole number from `least` to `most`, as int; empty is None."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, *, least: int = 0, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not _typed(value):
            return None
        typed = _typed(value)
        if typed.startswith(("-", "−")):
            raise forms.ValidationError(f"Type {self.least:,} or more: nothing here is below zero.", "negative")
        if len(typed) > _LONGEST or not _WHOLE.fullmatch(typed):
            raise forms.ValidationError("Type a whole number, such as 1234 or 1,234, without decimals.", "not_whole")
        number = int(re.sub("[ ,]", "", typed))
        if not self.least <= number <= self.most:
            raise forms.ValidationError(f"Type a number from {self.least:,} to {self.most:,}.", "out_of_range")
        return number

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int) else value


class Amount(forms.Field):
    """A number from 0 to `most` with up to four decimals, such as how many searches a request makes on average, as a
    Decimal; empty is None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not _typed(value):
            return None
        typed = _typed(value)
        if typed.startswith(("-", "−")):
            raise forms.ValidationError("Type 0 or more: nothing here is below zero.", "negative")
        if len(typed) > _LONGEST or not _AMOUNT.fullmatch(typed):
            raise forms.ValidationError("Type a number with a decimal point, such as 2 or 0.25.", "not_amount")
        number = Decimal(typed)
        if number > self.most:
            raise forms.ValidationError(f"Type {self.most:,} or less.", "out_of_range")
        if number.as_tuple().exponent < -4:  # type: ignore[operator]
            raise forms.ValidationError("Type no more than four decimals.", "too_fine")
        return number

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class Percent(forms.Field):
    """A share, typed and shown in percent, as a Decimal from 0 to 1 with six places; empty is None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not _typed(value):
            return None
        typed = _typed(value)
        if len(typed) > _LONGEST or not _PERCENT.fullmatch(typed):
            raise forms.ValidationError("Type a percentage from 0 to 100, such as 70 or 12.5.", "not_percent")
        percent = Decimal(typed.rstrip("% "))
        if percent > 100:
            raise forms.ValidationError("Type 100 or less: it is a percentage.", "out_of_range")
        if 0 < percent < 1 and not typed.endswith("%"):
            # 0.7 is more often a share that was meant as 70 than seven tenths of a percent.
            meant = f"{(percent * 100).normalize():f}"
            asked = f"Type {meant} if you mean {meant} %, or {typed}% if it is less than one percent."
            raise forms.ValidationError(asked, "share_or_percent")
        if percent.as_tuple().exponent < -4:  # type: ignore[operator]
            raise forms.ValidationError("Type no more than four decimals.", "too_fine")
        return percent / 100

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value


class Dollars(forms.Field):
    """A price in dollars per million tokens with up to six decimals, as whole micro-dollars; empty is None."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not _typed(value):
            return None
        typed = _typed(value).removeprefix("$").strip()
        if typed.startswith(("-", "−")):
            raise forms.ValidationError("Type 0 or more: a price is never below zero.", "negative")
        if len(typed) > _LONGEST or not _AMOUNT.fullmatch(typed):
            raise forms.ValidationError("Type dollars with a decimal point, such as 0.125.", "not_dollars")
        if len(typed.partition(".")[2].rstrip("0")) > _DOLLAR_PLACES:
            raise forms.ValidationError(f"Type no more than {_DOLLAR_PLACES} decimals.", "too_fine")
        if Decimal(typed) > DEAREST:
            raise forms.ValidationError(f"Type {DEAREST:,} or less.", "out_of_range")
        return int(Decimal(typed) * MICRO)

    def prepare_value(self, value: Any) -> Any:
        return f"{dollars(value).normalize():f}" if isinstance(value, int) else value


class Growth(Percent):
    """A change a month, typed and shown in percent, as a Decimal above -1 and up to `most`; empty is none at all."""

    widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "class": "short"})

    def __init__(self, *, most: int, because: str = "that doubles the volume each month", **options: Any) -> None:
        super().__init__(**options)
        self.most, self.because = most, because

    def to_python(self, value: Any) -> Decimal:
        typed = "" if value in self.empty_values else _typed(value).replace("−", "-").removeprefix("+")
        if not typed:
            return Decimal(0)
        size = typed.removeprefix("-").strip().rstrip("% ")
        if len(typed) > _LONGEST or not _PERCENT.fullmatch(size):
            raise forms.ValidationError("Type a percentage, such as 3, 2.5 or -1.", "not_percent")
        percent = -Decimal(size) if typed.startswith("-") else Decimal(size)
        if percent <= -100:
            raise forms.ValidationError(
                "Type more than -100: after a month nothing would be left to plan.", "too_small"
            )
        if percent > self.most * 100:
            raise forms.ValidationError(f"Type {self.most * 100} or less: {self.because}.", "too_large")
        if percent.as_tuple().exponent < -4:  # type: ignore[operator]
            raise forms.ValidationError("Type no more than four decimals.", "too_fine")
        return percent / 100
