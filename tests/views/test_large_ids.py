"""A number no database can hold, in every address that names a record: not found, and never a failure."""

import pytest
from django.test import Client
from django.urls import reverse

from inventory import urls
from tests.views.test_matrix import MAY, unwritten  # noqa: F401, the fixture

LARGE = 99_999_999_999_999_999_999
TEXT = {"record": "part", "record_id": str(LARGE), "token": "x", "question": "first"}
NAMES = [
    (pattern.name, sorted(pattern.pattern.converters))
    for pattern in urls.urlpatterns
    if {"pk", "seq", "link_pk", "member_pk", "record_id"} & set(pattern.pattern.converters)
]


@pytest.mark.django_db
@pytest.mark.usefixtures("unwritten")
def test_an_id_too_large_for_any_row_is_not_found(as_admin: Client) -> None:
    """By each method a page knows; that it knows no other is asked in test_matrix.py."""
    answers = {}
    for name, asked in NAMES:
        address = reverse(str(name), kwargs={each: TEXT.get(each, LARGE) for each in asked})
        for method, may in zip(("GET", "POST"), MAY.get(name, ((), ())), strict=True):
            if may is not None:
                answers[name, method] = as_admin.generic(method, address).status_code
    assert len({name for name, _ in answers}) > 60
    assert {asked: code for asked, code in answers.items() if code != 404} == {}
