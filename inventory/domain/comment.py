"""What a comment says. A mention stands in the stored text as a number, `@[12]`: names live apart, so that whoever is
renamed or made nameless is so in every comment as well. A typed `@[` is stored as `@[0]`, and mentions nobody."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

LONGEST = 5000  # characters as typed
CHOICES = 5
COMPLAINTS = 5  # told at once
LITERAL = "@["
NAMELESS = "a former member"
_MENTION = re.compile(r"@\[(\d{1,18})\]")
_SIGN = re.compile(r"(?<![\w@])@(?=\S)")
_WORD = re.compile(r"[\w'’.-]*\w")
_REACH = 240  # a name with its team, at the longest


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be mentioned, and the teams that tell them from a namesake."""

    id: int
    name: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A word after an @ that names nobody, or several: then the `choices` name each of them alone."""

    word: str
    choices: tuple[str, ...]
    is_ambiguous: bool

    def __str__(self) -> str:
        told = (
            f"“@{self.word}” could be several people" if self.is_ambiguous else f"Nobody here is called “{self.word}”"
        )
        if not self.choices:
            return f"{told}."
        choices = ", ".join(f"@{choice}" for choice in self.choices)
        return f"{told}: write {choices}." if self.is_ambiguous else f"{told}. Did you mean {choices}?"


@dataclass(slots=True)
class Read:
    """Typed text in its stored form, and what could not be told in it."""

    text: str = ""
    complaints: list[Complaint] = field(default_factory=list)


def read(typed: str, people: Sequence[Named]) -> Read:
    """Each `@name` becomes the mention of whoever alone has that full or first name, in capitals or not, the longest
    name first; an e-mail address is none. What names nobody, or several, stays as typed and is complained of."""
    names, found, pieces, done = _Names(people), Read(), [], 0
    for sign in _SIGN.finditer(typed):
        if sign.start() < done:
            continue
        line = typed[sign.end() : sign.end() + _REACH].partition("\n")[0]
        meant, length = names.longest(line)
        if len(meant) == 1:
            pieces += [_plain(typed[done : sign.start()]), f"@[{meant[0].id}]"]
            done = sign.end() + length
        elif (word := _WORD.match(line)) and len(found.complaints) < COMPLAINTS:
            found.complaints.append(names.complaint(line[:length] or word[0], meant))
    found.text = "".join((*pieces, _plain(typed[done:])))
    return found


def typed(stored: str, people: Sequence[Named]) -> str:
    """The stored text as one would type it: each mention by the name that means this person alone."""
    calls = _Names(people).calls
    return "".join(text if who is None else f"@{calls.get(who, NAMELESS)}" for text, who in pieces(stored))


def named(stored: str, names: Mapping[int, str]) -> list[tuple[str, bool]]:
    """The text in pieces as people read it, each mention by the living name; and whether a piece is one."""
    return [(text, False) if who is None else (f"@{names.get(who, NAMELESS)}", True) for text, who in pieces(stored)]


def pieces(stored: str) -> Iterator[tuple[str, int | None]]:
    """Plain text, or the number of whoever is mentioned."""
    at = 0
    for mention in _MENTION.finditer(stored):
        yield stored[at : mention.start()], None
        who = int(mention[1])
        yield ("", who) if who else (LITERAL, None)
        at = mention.end()
    yield stored[at:], None


def mentioned(stored: str) -> list[int]:
    """Whom it mentions, each once."""
    return list(dict.fromkeys(who for _, who in pieces(stored) if who is not None))


class _Names:
    """Who is meant by which name; `calls` is the one that means each person alone."""

    def __init__(self, people: Iterable[Named]) -> None:
        self.full: dict[str, list[Named]] = defaultdict(list)
        self.first: dict[str, list[Named]] = defaultdict(list)
        for each in people:
            self.full[_key(each.name)].append(each)
            self.first[_key(each.name.split()[0] if each.name.split() else "")].append(each)
        self.calls: dict[int, str] = {}
        for namesakes in list(self.full.values()):
            for each, call in zip(namesakes, _told_apart(namesakes), strict=True):
                self.calls[each.id] = call
                if len(namesakes) > 1:
                    self.full[_key(call)] = [each]

    def longest(self, line: str) -> tuple[list[Named], int]:
        """Everybody meant by the longest name the line begins with, and its length."""
        ends = [end for end in range(len(line), 0, -1) if _ends(line, end)]
        for names in (self.full, self.first):
            for end in ends:
                if meant := names.get(_key(line[:end])):
                    return meant, end
        return [], 0

    def complaint(self, word: str, meant: Sequence[Named]) -> Complaint:
        if meant:
            return Complaint(word, tuple(self.calls[each.id] for each in meant[:CHOICES]), is_ambiguous=True)
        near = get_close_matches(_key(word), [*self.first, *self.full], n=CHOICES, cutoff=0.7)
        people = {each.id: self.calls[each.id] for key in near for each in (self.first.get(key) or self.full[key])}
        return Complaint(word, tuple(people.values())[:CHOICES], is_ambiguous=False)


def _told_apart(namesakes: Sequence[Named]) -> list[str]:
    """A name alone where nobody shares it; else with a team nobody of them shares, or else with their number."""
    if len(namesakes) == 1:
        return [namesakes[0].name]
    shared = Counter(team for each in namesakes for team in each.teams)
    own = [next((team for team in each.teams if shared[team] == 1), f"no. {each.id}") for each in namesakes]
    return [f"{each.name} ({sign})" for each, sign in zip(namesakes, own, strict=True)]


def _ends(line: str, end: int) -> bool:
    """Whether a name may end here: not within a word."""
    return not line[end - 1].isspace() and (end == len(line) or not (line[end].isalnum() or line[end] == "_"))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())


def _plain(text: str) -> str:
    return text.replace(LITERAL, "@[0]")
