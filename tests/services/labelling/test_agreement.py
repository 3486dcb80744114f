"""Reads over both sides' sheets."""

from inventory.domain.people import Discipline
from inventory.models import Sheet
from inventory.services.labelling import agreement
from inventory.services.labelling.agreement import Row


def sheet(side, **answers):
    return Sheet(side=side, test_version=1, answers={q: {"choice": option} for q, option in answers.items()})


def test_both_sides_stand_side_by_side_with_what_differs():
    sheets = {
        Discipline.PRODUCT: sheet("product", first="person_later", late="hour", notice="team"),
        Discipline.ENGINEERING: sheet("engineering", first="person_later", late="longer", chain="no"),
    }
    assert agreement.side_by_side(sheets) == [
        Row("First used by", "a person, later", "a person, later", differs=False),
        Row("Could be late by", "up to an hour", "more than a day", differs=True),
        Row("Calls in a row", "", "stands alone", differs=False),
        Row("Would notice first", "the team that runs it", "", differs=False),
    ]
