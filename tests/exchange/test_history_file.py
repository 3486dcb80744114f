"""An exported history, made here without a database, and every way of tampering with its lines."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from inventory.domain import audit, chain
from inventory.domain.chain import Finding, Walk
from inventory.exchange import history_file

Lines = list[str]
ACTIONS = 12


def said(seq: int, changes: int) -> dict[str, Any]:
    return {"seq": seq, "at": f"2026-11-{seq:02}T09:00:00.000000Z", "kind": "call.edit", "changes_count": changes,
            "reason": "Why not", "schema": 2, "salt": "00"}  # fmt: skip


def chained(withheld: frozenset[int] = frozenset()) -> Lines:
    """Twelve actions with one to three changes each, between the first line and the last."""
    previous, lines, count = audit.GENESIS, [], 0
    for seq in range(1, ACTIONS + 1):
        changes = [("call", str(n), '{"name":"old"}', f'{{"name":"new {seq} {n}"}}') for n in range(1 + seq % 3)]
        action = said(seq, len(changes))
        digest = audit.link(previous, action, changes)
        lines.append(history_file.action(action, previous, digest, withheld=seq in withheld))
        if seq not in withheld:
            lines += [history_file.change(each) for each in changes]
            count += len(changes)
        previous = digest
    head = chain.head(ACTIONS, previous)
    end = history_file.last(head, actions=ACTIONS, changes=count, withheld=len(withheld))
    return [history_file.first(head, "2026-11-22T09:00:00.000000Z"), *lines, end]


WHOLE = chained()
HEAD = chain.heads(WHOLE[:1])


def findings(lines: Lines, published: dict[int, str] | None = None) -> list[Finding]:
    return [each for each in history_file.verify(lines, Walk(published or {})) if isinstance(each, Finding)]


def starts(lines: Lines) -> dict[int, int]:
    """Where each action stands, and where the last line does."""
    found = {json.loads(line)["action"]["seq"]: n for n, line in enumerate(lines) if line.startswith('{"action"')}
    return {**found, ACTIONS + 1: len(lines) - 1}


def edited(lines: Lines, place: int, **given: Any) -> None:
    row = json.loads(lines[place])
    row["action"] |= given
    lines[place] = audit.canonical(row) + "\n"


# Each changes the lines and returns the number of the action that has to be named.


def edit(lines: Lines, seq: int) -> int:
    edited(lines, starts(lines)[seq], reason="never said")
    return seq


def retime(lines: Lines, seq: int) -> int:
    edited(lines, starts(lines)[seq], at="2026-01-01T00:00:00.000000Z")
    return seq


def edit_change(lines: Lines, seq: int) -> int:
    place = starts(lines)[seq] + 1
    lines[place] = lines[place].replace("new", "now")
    return seq


def drop_change(lines: Lines, seq: int) -> int:
    del lines[starts(lines)[seq] + 1]
    return seq


def add_change(lines: Lines, seq: int) -> int:
    lines.insert(starts(lines)[seq] + 1, history_file.change(("call", "9", "", "{}")))
    return seq


def delete(lines: Lines, seq: int) -> int:
    places = starts(lines)
    del lines[places[seq] : places[seq + 1]]
    return seq


def insert(lines: Lines, seq: int) -> int:
    places = starts(lines)
    lines[places[seq] : places[seq]] = lines[places[seq - 1] : places[seq]]
    return seq - 1


def swap(lines: Lines, seq: int) -> int:
    places = starts(lines)
    first, second = lines[places[seq] : places[seq + 1]], lines[places[seq + 1] : places[seq + 2]]
    lines[places[seq] : places[seq + 2]] = second + first
    return seq


def garble(lines: Lines, seq: int) -> int:
    lines[starts(lines)[seq]] = '{"action":{"seq":1e999}}\n'
    return seq


def garble_change(lines: Lines, seq: int) -> int:
    lines[starts(lines)[seq] + 1] = '{"change":["call",7]}\n'
    return seq


def cut(lines: Lines, seq: int) -> int:
    del lines[starts(lines)[seq] :]
    return seq


def cut_and_close(lines: Lines, seq: int) -> int:
    """The tail cut, first and last line made to fit: only what was published shows it."""
    del lines[starts(lines)[seq] : -1]
    return refitted(lines, seq)


def rewrite(lines: Lines, seq: int) -> int:
    """Altered, and every link after it made to fit."""
    places = starts(lines)
    previous = json.loads(lines[places[seq]])["previous"]
    for each in range(seq, ACTIONS + 1):
        row = json.loads(lines[places[each]])
        row["action"]["reason"] = "as it should have been"
        changes = [tuple(json.loads(line)["change"]) for line in lines[places[each] + 1 : places[each + 1]]]
        digest = audit.link(previous, row["action"], changes)
        lines[places[each]] = history_file.action(row["action"], previous, digest)
        previous = digest
    return refitted(lines, seq)


def refitted(lines: Lines, seq: int) -> int:
    rows = [json.loads(line) for line in lines]
    actions = [row for row in rows if "action" in row]
    head = chain.head(actions[-1]["action"]["seq"], actions[-1]["hash"])
    changes = sum("change" in row for row in rows)
    lines[0] = history_file.first(head, "2026-11-22T09:00:00.000000Z")
    lines[-1] = history_file.last(head, actions=len(actions), changes=changes, withheld=0)
    return seq


TAMPERINGS: list[Callable[[Lines, int], int]] = [
    edit, retime, edit_change, drop_change, add_change, delete, insert, swap, garble, garble_change, cut, cut_and_close,
    rewrite,
]  # fmt: skip


def tampered(times: int) -> None:
    heads = {
        json.loads(line)["action"]["seq"]: json.loads(line)["hash"] for line in WHOLE if line.startswith('{"action"')
    }
    for n in range(times):
        lines, tamper = list(WHOLE), TAMPERINGS[n % len(TAMPERINGS)]
        seq = tamper(lines, random.randint(2, ACTIONS - 1))
        assert (tamper.__name__, findings(lines, heads)[0].seq) == (tamper.__name__, seq)


def test_an_untouched_export_is_whole() -> None:
    assert findings(WHOLE) == []
    assert findings(WHOLE, HEAD) == []


def test_tamperings_at_random_places_are_all_found_and_the_first_broken_action_named() -> None:
    tampered(8 * len(TAMPERINGS))


@pytest.mark.soak
def test_a_thousand_tamperings_are_all_found_and_named() -> None:
    tampered(1000)


def test_what_was_cut_and_closed_is_whole_by_itself_and_found_by_the_head_published() -> None:
    for tamper, seq in ((cut_and_close, 8), (rewrite, 1)):
        lines = list(WHOLE)
        tamper(lines, 8)
        assert findings(lines) == []
        assert findings(lines, HEAD)[0].seq == seq


def test_of_a_withheld_action_the_place_is_checked_and_the_count_told() -> None:
    lines = chained(frozenset({3, 4}))
    assert "Why not" not in lines[1 + starts(lines)[2] + 2]
    assert list(history_file.verify(lines, Walk())) == [3, 4]
    gone = [line for line in lines if '"withheld":{' not in line or '"seq":3' not in line]
    assert findings(gone)[0] == Finding(3, "is missing")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda lines: [*lines, lines[1]], "lines follow the one that ends the file"),
        (lambda lines: [lines[0], *lines[1:-1], lines[-1].replace(":12,", ":11,")], "the counts in the last line"),
        (lambda lines: [lines[0].replace('"12:', '"13:'), *lines[1:]], "is missing: the head of the file stands at 13"),
    ],
)
def test_what_is_wrong_with_first_and_last_line_is_told(change: Callable[[Lines], Lines], text: str) -> None:
    assert text in " ".join(each.text for each in findings(change(WHOLE)))


@pytest.mark.parametrize(
    "lines", [[], ["PK\x03\x04"], ["[]"], ['{"batchline":"plan"}'], ['{"batchline":"history","format":9}']]
)
def test_another_kind_of_file_is_refused(lines: Lines) -> None:
    with pytest.raises(history_file.NoHistory):
        findings(lines)


def test_a_text_that_looks_like_a_head_is_none() -> None:
    forged = chain.head(3, "a" * 64)
    assert chain.heads([history_file.change(("call", "1", "", forged)), f"{forged} in a log", "{broken"]) == {
        3: "a" * 64
    }
    assert chain.heads([history_file.change(("call", "1", "", forged))]) == {}
