"""What the address of the list asks for. Nothing in it is trusted, nothing in it is an error: what is not understood
is left out, with a note."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from inventory.domain import doubt
from inventory.domain.digits import is_number
from inventory.forms.text import has_unprintable
from inventory.models import Feature, Team
from inventory.models.call import FIGURES, KINDS, PROVIDERS
from inventory.models.part_words import STATES

LONGEST = 200
LARGEST_ID = 2**63 - 1
DEFAULT_SORT = "-today"
LABELS = [
    ("none", "No label yet"),
    ("waiting", "Somebody waits"),
    ("not_waiting", "Nobody waits"),
    ("both", "Both: some wait"),
]
SHOWN = [("live", "In use"), ("retired", "Retired"), ("all", "All")]
CHOICES: Mapping[str, Mapping[str, str]] = {
    "kind": {str(value): words for value, words in KINDS},
    "label": dict(LABELS),
    "state": {str(value): words for value, words in STATES},
    "provider": dict(PROVIDERS),
    "figures": {str(value): words for value, words in FIGURES},
    "doubt": {"any": "Any doubt", **{str(code): words for code, words in doubt.WORDS.items()}},
    "show": dict(SHOWN),
}
NAMES = {
    "q": "search", "team": "team", "feature": "feature", "kind": "move", "label": "label", "state": "state",
    "provider": "provider", "model": "model", "figures": "figures", "doubt": "doubt", "show": "show",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing the list is narrowed by; `without` is the address's query once it is taken off."""

    name: str
    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was understood. `chosen` holds every parameter that narrows, `words` what each is called on the page."""

    chosen: Mapping[str, str]
    words: Mapping[str, str]
    sort: str = DEFAULT_SORT
    page: int = 1
    notes: tuple[str, ...] = ()

    @property
    def search(self) -> str:
        return self.chosen.get("q", "")

    @property
    def filters(self) -> dict[str, str]:
        return {name: value for name, value in self.chosen.items() if name != "q"}

    @property
    def is_detailed(self) -> bool:
        """Narrowed by something that stands folded away."""
        return not self.chosen.keys() <= {"q", "team", "feature", "kind", "state"}

    @property
    def chips(self) -> list[Chip]:
        return [Chip(NAMES[name], self.words[name], self.query(**{name: ""})) for name in self.chosen]

    def query(self, **changed: str) -> str:
        """The address's query with some parameters changed, empty ones left out, back on the first page."""
        sort = "" if self.sort == DEFAULT_SORT else self.sort
        wanted = {**self.chosen, "sort": sort, **changed}
        return urlencode({name: value for name, value in wanted.items() if value})


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. `query` sorts by it, the other way round where it is sorted by already; empty where it cannot."""

    heading: str
    is_number: bool = False
    query: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """One filter: each option with its words and whether it is chosen."""

    name: str
    label: str
    options: Sequence[tuple[str, str, bool]]


def read(address: Mapping[str, str], *, sorts: Mapping[str, str]) -> Asked:
    """Reads the parameters of an address against what exists; `sorts` are the columns it may be sorted by."""
    chosen: dict[str, str] = {}
    words: dict[str, str] = {}
    notes = []
    for name in NAMES:
        value = address.get(name, "").strip()
        if not value or (name == "show" and value == "live"):
            continue
        shown = _READ.get(name, _choice)(name, value)
        if shown:
            chosen[name], words[name] = value, shown
        else:
            notes.append(f"Left out: {NAMES[name]} “{_short(value)}”, which is not known here.")
    sort, page = address.get("sort", DEFAULT_SORT), address.get("page", "1")
    if sort.removeprefix("-") not in sorts:
        notes.append(f"The list cannot be sorted by “{_short(sort)}”.")
        sort = DEFAULT_SORT
    number = int(page) if is_number(page) else 1
    return Asked(chosen, words, sort, number, tuple(notes))


def _choice(name: str, value: str) -> str:
    return CHOICES[name].get(value, "")


def _words(name: str, value: str) -> str:
    return "" if has_unprintable(value) or len(value) > LONGEST else value


def _team(name: str, value: str) -> str:
    return Team.objects.filter(pk=value).values_list("name", flat=True).first() or "" if is_number(value) else ""


def _feature(name: str, value: str) -> str:
    return Feature.objects.filter(pk=value).values_list("name", flat=True).first() or "" if is_number(value) else ""


_READ = {"q": _words, "model": _words, "team": _team, "feature": _feature}


def _short(value: str) -> str:
    """Enough of it to be recognised, and nothing a page cannot show."""
    return "".join(_printable(value[:40])) + ("…" if len(value) > 40 else "")


def _printable(value: str) -> Iterator[str]:
    for character in value:
        yield "�" if has_unprintable(character) else character


# Heading, what it sorts by, whether it holds numbers.
_COLUMNS = (
    ("Call", "name", False),
    ("Move", "", False),
    ("Label", "", False),
    ("Model", "", False),
    ("Requests a month", "requests", True),
    ("Today, a month", "today", True),
    ("Saves", "saves", True),
)
FILTERS = tuple(name for name in NAMES if name != "q")
_ALL = {
    "team": "All teams", "feature": "All features", "kind": "All moves", "state": "Any state", "label": "Any label",
    "model": "All models", "provider": "All providers", "figures": "Any figures", "doubt": "With or without",
}  # fmt: skip


def columns(asked: Asked) -> list[Column]:
    return [_column(asked, *told) for told in _COLUMNS]


def _column(asked: Asked, heading: str, sort: str, is_number: bool) -> Column:
    if not sort:
        return Column(heading, is_number)
    first, other = (f"-{sort}", sort) if is_number else (sort, f"-{sort}")
    direction = {sort: "ascending", f"-{sort}": "descending"}.get(asked.sort, "")
    return Column(heading, is_number, asked.query(sort=other if asked.sort == first else first), direction)


def select(name: str, asked: Asked, records: Iterable[tuple[object, str]]) -> Select:
    """The filter of that name, over `records` or the words it has here. A chosen value is always among its options."""
    known = [(str(value), words) for value, words in (CHOICES[name].items() if name in CHOICES else records)]
    chosen = asked.filters.get(name, "")
    if chosen and chosen not in dict(known):
        known.insert(0, (chosen, asked.words[name]))
    head = [("", _ALL[name])] if name in _ALL else []
    return Select(name, NAMES[name].capitalize(), [(v, words, v == chosen) for v, words in (*head, *known)])
