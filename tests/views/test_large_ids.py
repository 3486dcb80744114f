"""A number no database can hold, in every address that names a record: not found, and never a failure."""

import pytest
from django.test import Client
from django.urls import reverse

from inventory import urls

LARGE = 99_999_999_999_999_999_999
TEXT = {"record": "part", "record_id": str(LARGE), "token": "x", "question": "first"}
NAMES = [
    (pattern.name, sorted(pattern.pattern.converters))
    for pattern in urls.urlpatterns
    if {"pk", "seq", "link_pk", "member_pk", "record_id"} & set(pattern.pattern.converters)
]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_id_too_large_for_any_row_is_not_found(as_admin: Client, method: str) -> None:
    answers = {}
    for name, asked in NAMES:
        address = reverse(str(name), kwargs={each: TEXT.get(each, LARGE) for each in asked})
        answers[name] = getattr(as_admin, method)(address).status_code
    assert len(answers) > 60
    assert {name: code for name, code in answers.items() if code not in (404, 405)} == {}
