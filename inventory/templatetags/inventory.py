"""Money, shares and words as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from inventory.domain import money as amounts
from inventory.domain.digits import is_number
from inventory.domain.doubt import WORDS
from inventory.forms.adding import parameters
from inventory.models import Part, Person
from inventory.models.call import PROVIDERS
from inventory.models.notice import unread

register = template.Library()

# Where a page belongs in the navigation, if not to the entry of its own name.
SECTIONS = {
    **dict.fromkeys(("part", "comment", "exchange", "intake"), "call"),
    **dict.fromkeys(("waiting", "agreement", "figures"), "queue"),
    **dict.fromkeys(("wave", "move", "frozen", "comparison", "scenario"), "plan"),
    **dict.fromkeys(("review", "moment", "undo"), "audit"),
    **dict.fromkeys(("people.list", "people.detail"), "team"),
    **dict.fromkeys(("people.account", "people.notices", "people.password"), "account"),
}


@register.filter
def money(amount: int | None) -> str:
    """Micro-dollars as `$1,240.40`; an unknown amount says so."""
    return "not known" if amount is None else amounts.shown(amount)


@register.filter
def money_signed(amount: int | None) -> str:
    return "not known" if amount is None else amounts.shown(amount, sign=True)


@register.filter
def change(amount: int) -> str:
    """A difference as `+$1,240.40` or `−$1,240.40`; none is a dash, so that a table of them stays quiet."""
    return amounts.shown(amount, sign=True) if amount else "–"


@register.filter
def money_rounded(amount: int) -> str:
    """For pictures: `$1,240`."""
    return amounts.rounded(amount)


@register.filter
def change_rounded(amount: int) -> str:
    """For pictures: `+$1,240` or `−$1,240`."""
    return amounts.rounded(amount, sign=True)


@register.filter
def a_year(amount: int) -> int:
    """Twelve months of it."""
    return 12 * amount


@register.filter
def minus(amount: int) -> int:
    return -amount


@register.filter
def less(amount: int, other: int) -> int:
    return amount - other


@register.filter
def of_key(found: Mapping[Any, int], key: Any) -> int:
    """The amount under that key, 0 where there is none."""
    return found.get(key, 0)


@register.simple_tag
def opens(amount: int | None, *, call_pk: int, of: str, part: Part | None = None, name: str = "") -> SafeString:
    """An amount that opens its arithmetic: of one part, or without one of the whole call `name`; `of` says today, after
    or saved. No template of its own, because a page has hundreds of them."""
    shown, anchor, named = money(amount), f"#part-{part.pk}" if part else "", escape(part.name if part else name)
    label = f"{shown} {of}: how it is worked out for {named}"
    return SafeString(
        f'<a class="opens-amount" href="/calls/{call_pk}/explained{anchor}" aria-label="{label}">{shown}</a>'
    )


@register.simple_tag
def opens_change(amount: int, of: str, *, into: str, name: str, part_id: int | None = None) -> SafeString:
    """A difference that opens to how the amount it ends at was worked out; none is a dash."""
    if not amount:
        return SafeString(change(amount))
    shown, anchor = change(amount), f"#part-{part_id}" if part_id else ""
    return format_html(
        '<a class="opens-amount" href="{}{}" aria-label="{} {}: how it was worked out for {}">{}</a>',
        into, anchor, shown, of, name, shown,
    )  # fmt: skip


@register.simple_tag
def adds(amount: int, word: str, *, name: str = "", sign: bool = False, **narrowed: Any) -> SafeString:
    """A sum that opens to the parts it adds up; `word` says today, after, saved or possible, `name` whose they are, the
    rest which sum it is (`forms.adding.Sum`). `by` and `key` stand for what is narrowed by what the page groups by."""
    key = narrowed.pop("key", "")
    if by := narrowed.pop("by", ""):
        narrowed[by] = key
    shown, query = amounts.shown(amount, sign=sign), urlencode(parameters(**narrowed))
    label = f"{shown} {word}: the parts it adds up{f', {name}' if name else ''}"
    return format_html(
        '<a class="opens-amount" href="/plan/sum{}" aria-label="{}">{}</a>', query and f"?{query}", label, shown
    )


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """What stands under that key, None where nothing does."""
    return found.get(key)


@register.filter
def rate(per_million: int | None) -> str:
    """Micro-dollars per million tokens as `$0.0125`."""
    return "–" if per_million is None else amounts.rate_shown(per_million)


@register.filter
def number(value: int | None) -> str:
    """`96,000`"""
    return "–" if value is None else f"{value:,}"


@register.filter
def grouped(typed: str | None) -> str:
    """The digits of a file as `96,000`; whatever else it holds as it stands there."""
    text = "" if typed is None else str(typed)
    return f"{int(text):,}" if is_number(text) else text


@register.filter
def plain(value: Decimal) -> str:
    """`0.25`, without idle zeros."""
    return f"{value.normalize():,f}"


@register.filter
def one_line(text: str) -> str:
    """For mails, where a line break would begin something else."""
    return " ".join(text.split())


@register.filter
def doubt(code: str) -> str:
    """A stored code in words."""
    return WORDS.get(code, code)


@register.filter
def provider(code: str) -> str:
    """A stored provider in words."""
    return dict(PROVIDERS).get(code, code)


@register.filter
def percent(value: int | None) -> str:
    """`58 %`"""
    return "–" if value is None else f"{value} %"


@register.filter
def unbroken(text: str) -> str:
    """A sentence in which no line begins with a percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


@register.filter
def ratio(value: float | None) -> str:
    """A share of one as a whole percentage."""
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


@register.filter
def two_places(value: float) -> str:
    """`0.62` or `−0.43`, with a true minus"""
    return f"{value:.2f}".replace("-", "−")


@register.filter
def twice(value: float) -> float:
    """Two standard errors: about the range that holds nineteen times in twenty."""
    return 2 * value


@register.filter
def share(value: Decimal | None) -> str:
    """A share from 0 to 1 as `72.5 %`"""
    return "–" if value is None else f"{(value * 100).normalize():f} %"


@register.simple_tag
def unread_notices(person: Person) -> SafeString | str:
    """How many they have not read, beside the link to them; nothing where there are none."""
    found = unread(person)
    return format_html('<span class="tag">{}</span>', found) if found else ""


@register.filter
def section(url_name: str | None) -> str:
    """The entry of the navigation that a page belongs to: `call` for `call.detail` and `part.edit`."""
    found = url_name or ""
    area = found.partition(".")[0]
    return SECTIONS.get(found) or SECTIONS.get(area) or area


@dataclass(frozen=True, slots=True)
class PageLink:
    text: str
    label: str
    query: str
    current: bool


@register.simple_tag(takes_context=True)
def page_links(context: template.RequestContext, page: Page[Any], name: str = "page") -> list[PageLink]:
    """Numbered pages around the current one; each link keeps the other parameters of the address."""
    given: QueryDict = context["request"].GET.copy()
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
        if not isinstance(number, int):  # the mark of a gap
            links.append(PageLink("…", "", "", current=False))
            continue
        given[name] = str(number)
        links.append(PageLink(f"{number:,}", f"Page {number:,}", given.urlencode(), current=number == page.number))
    return links
