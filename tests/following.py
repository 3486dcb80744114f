"""Follows every sum of a page to the list it adds up."""

import re
from collections.abc import Iterable
from html import unescape

from django.test import Client

LINK = re.compile(r'<a class="opens-amount" href="([^"]*)"(?: aria-label="([^"]*)")?>([^<]*)</a>')
CELL = re.compile(r'<td data-label="([^"]*)" class="num">([^<]*)</td>')
# Where sums lead; other amounts lead to their arithmetic.
SUMS = re.compile(
    r"/plan/sum|.*now=|/plan/versions/\d+[?#]|/history/as-of\?|/plan/time\?.*#wave|/plan/realised\?late|/plan/scenarios/\d+/lines"
    r"|/plan/comparisons/\d+\?"
)
COLUMNS = {
    "today": ("Today, a month", "Cost, a month", "Today"), "after": ("After",),
    "late": ("Late, a month",), "possible": ("Possible", "Possible besides"), "in plan": ("In plan", "Saves"),
}  # fmt: skip
SAVES = ("Saves",)
NUMBER = re.compile(r"\d+")
Sums = dict[str, int]


def cents(shown: str) -> int:
    return int(re.sub(r"[^\d]", "", shown)) * (-1 if "−" in shown else 1)


def opened(client: Client, path: str) -> Sums:
    """The last row of the list, by column; empty where the list is."""
    response = client.get(path.partition("#")[0])
    assert response.status_code == 200, path
    last = response.content.decode().partition('<tr class="sum" id="together">')[2].partition("</tr>")[0]
    return {name: cents(shown) for name, shown in CELL.findall(last)}


def sums_of(client: Client, path: str) -> set[tuple[str, str, str]]:
    """Where each amount of the page that is a sum leads, what it is of, and the amount."""
    found = set()
    for href, label, shown in LINK.findall(client.get(path).content.decode()):
        into = unescape(href)
        if into.startswith("?"):
            into = path.partition("?")[0] + into
        word = unescape(label).removeprefix(unescape(shown)).partition(":")[0].strip()
        if SUMS.match(into):
            found.add((into, word, unescape(shown)))
    return found


def followed(client: Client, pages: Iterable[str], *, whole: bool = True) -> dict[str, Sums]:
    """Every list that a sum of these pages leads to. Each adds up to that sum, to the cent. Where not the whole is asked
    for: of the lists that a page leads to by addresses that differ in numbers alone, one."""
    seen: dict[str, Sums] = {}
    for path in pages:
        found = sums_of(client, path)
        assert found, path
        chosen = {into for into, _, _ in found} if whole else _one_of_each(found)
        for into, word, shown in (each for each in found if each[0] in chosen or each[0] in seen):
            if into not in seen:
                seen[into] = opened(client, into)
            column = next((name for name in COLUMNS.get(word, SAVES) if name in seen[into]), "")
            sign = -1 if word in ("more", "changed") else 1
            assert cents(shown) == sign * seen[into].get(column, 0), (path, into, word, shown)
    return seen


def _one_of_each(found: Iterable[tuple[str, str, str]]) -> set[str]:
    """Of each form of address the one with the largest sum: of nothing any list adds up to it."""
    largest = sorted(found, key=lambda each: (abs(cents(each[2])), each[0]))
    return set({NUMBER.sub("0", into): into for into, _, _ in largest}.values())
