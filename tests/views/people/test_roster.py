"""Everyone with an account, for administrators."""

import pytest
from django.core import mail
from django.test import Client

from inventory.models import Action, Feature, Person
from tests import factories


def text(answer) -> str:
    return answer.content.decode()


def test_list_finds_people_by_name_and_e_mail(as_admin: Client, ed: Person, pia: Person) -> None:
    everyone = text(as_admin.get("/people"))
    assert ed.email in everyone
    assert pia.email in everyone
    found = text(as_admin.get("/people", {"q": f"ED {ed.email[:7]}"}))
    assert ed.email in found
    assert pia.email not in found


@pytest.mark.parametrize("words", ["nobody", "%", "_", "\\", "x" * 40_000, "\x00", "' OR 1=1", "a " * 50])
def test_any_search_is_answered(as_admin: Client, words: str) -> None:
    assert as_admin.get("/people", {"q": words, "page": words}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_the_same_queries_with_any_number_of_people(
    as_admin: Client, django_assert_num_queries, rows: int
) -> None:
    for _ in range(rows):
        factories.make_person(team=factories.make_team())
    with django_assert_num_queries(6):
        as_admin.get("/people")


@pytest.mark.parametrize("rows", [1, 3])
def test_person_takes_the_same_queries_with_any_number_of_features(
    as_admin: Client, ed: Person, django_assert_num_queries, rows: int
) -> None:
    for _ in range(rows):
        factories.make_feature(engineering_owner=ed)
    with django_assert_num_queries(7):
        as_admin.get(f"/people/{ed.pk}")


def test_administrator_changes_a_discipline(as_admin: Client, ed: Person) -> None:
    given = {"version": "1", "discipline": "product", "reason": "moved to product"}
    assert as_admin.post(f"/people/{ed.pk}/discipline", given).status_code == 302
    ed.refresh_from_db()
    assert ed.discipline == "product"
    assert Action.objects.get().reason == "moved to product"


def test_discipline_needs_a_reason(as_admin: Client, ed: Person) -> None:
    answer = as_admin.post(f"/people/{ed.pk}/discipline", {"version": "1", "discipline": "product"})
    assert answer.status_code == 422
    assert "Fill this in" in text(answer)


def test_nobody_changes_their_own_discipline_or_switches_themselves_off(as_admin: Client, admin: Person) -> None:
    page = text(as_admin.get(f"/people/{admin.pk}"))
    assert "/discipline" not in page
    assert "/deactivate" not in page
    given = {"version": "1", "discipline": "product", "reason": "curious"}
    for what in ("discipline", "deactivate"):
        answer = as_admin.post(f"/people/{admin.pk}/{what}", given)
        assert answer.status_code == 422
        assert "Another administrator decides this about you." in text(answer)
    assert not Action.objects.exists()


def test_stale_discipline_shows_both_values(as_admin: Client, ed: Person) -> None:
    Person.objects.filter(pk=ed.pk).update(version=4, discipline="other")
    given = {"version": "1", "discipline": "product", "reason": "moved"}
    stale = as_admin.post(f"/people/{ed.pk}/discipline", given)
    assert stale.status_code == 409
    assert "<td>Product</td><td>Other</td>" in text(stale)
    assert as_admin.post(f"/people/{ed.pk}/discipline", {**given, "version": "4"}).status_code == 302


def test_administrator_is_made_and_unmade(as_admin: Client, ed: Person) -> None:
    as_admin.post(f"/people/{ed.pk}/administrator", {"version": "1", "is_administrator": "on"})
    ed.refresh_from_db()
    assert ed.is_administrator
    as_admin.post(f"/people/{ed.pk}/administrator", {"version": "2"})
    ed.refresh_from_db()
    assert not ed.is_administrator


def test_last_administrator_stays(as_admin: Client, admin: Person) -> None:
    answer = as_admin.post(f"/people/{admin.pk}/administrator", {"version": "1"})
    assert answer.status_code == 422
    assert "This is the last administrator" in text(answer)


def test_switching_off_hands_features_over(as_admin: Client, ed: Person, pia: Person) -> None:
    feature = factories.make_feature(engineering_owner=ed)
    page = text(as_admin.get(f"/people/{ed.pk}"))
    assert "Ed owns 1 feature." in page
    assert f'<option value="{ed.pk}"' not in page
    answer = as_admin.post(f"/people/{ed.pk}/deactivate", {"version": "1", "heir": pia.pk, "reason": "left"})
    assert answer.status_code == 302
    assert Feature.objects.get(pk=feature.pk).engineering_owner == pia
    assert "Switched off" in text(as_admin.get(f"/people/{ed.pk}"))


@pytest.mark.parametrize("heir", ["", "x", "99999999999999999999", "\x00"])
def test_owner_is_not_switched_off_without_an_heir(as_admin: Client, ed: Person, heir: str) -> None:
    factories.make_feature(engineering_owner=ed)
    answer = as_admin.post(f"/people/{ed.pk}/deactivate", {"version": "1", "heir": heir, "reason": "as typed"})
    assert answer.status_code == 422
    assert "as typed" in text(answer)
    ed.refresh_from_db()
    assert ed.is_active


def test_only_lead_is_not_switched_off(as_admin: Client, pia: Person) -> None:
    answer = as_admin.post(f"/people/{pia.pk}/deactivate", {"version": "1"})
    assert answer.status_code == 422
    assert "Pia is the only lead of Documents" in text(answer)


def test_stale_switching_off_changes_nothing(as_admin: Client, ed: Person) -> None:
    Person.objects.filter(pk=ed.pk).update(version=4)
    answer = as_admin.post(f"/people/{ed.pk}/deactivate", {"version": "1"})
    assert answer.status_code == 409
    assert "Somebody else changed this account first" in text(answer)
    ed.refresh_from_db()
    assert ed.is_active


def test_switching_on_mails_a_link_that_only_the_person_sees(as_admin: Client, client: Client, ed: Person) -> None:
    as_admin.post(f"/people/{ed.pk}/deactivate", {"version": "1"})
    ed.refresh_from_db()
    answer = as_admin.post(f"/people/{ed.pk}/reactivate", {"version": ed.version}, follow=True)
    sent = mail.outbox[0]
    address = next(line for line in sent.body.splitlines() if "/link/" in line)
    assert sent.to == [ed.email]
    assert "/link/" not in text(answer)
    assert client.post(address, {"password": "nine brown cats", "again": "nine brown cats"}).status_code == 302


def test_somebody_switched_off_is_anonymised_once_that_is_confirmed(as_admin: Client, ed: Person) -> None:
    assert "Anonymise" not in text(as_admin.get(f"/people/{ed.pk}"))
    as_admin.post(f"/people/{ed.pk}/deactivate", {"version": "1"})
    ed.refresh_from_db()
    given = {"version": str(ed.version), "reason": "as typed"}
    refused = as_admin.post(f"/people/{ed.pk}/anonymise", given)
    assert refused.status_code == 422
    assert "Tick this as well" in text(refused)
    assert "as typed" in text(refused)
    page = text(as_admin.post(f"/people/{ed.pk}/anonymise", {**given, "sure": "on"}, follow=True))
    assert f"is now called Former member {ed.pk}" in page
    assert "Ed " not in page.partition("<main")[2]
    assert "Switch on" not in page
    assert f"Former member {ed.pk}" in text(as_admin.get("/history"))
    assert "taken away" in text(as_admin.get("/people"))
    again = as_admin.post(f"/people/{ed.pk}/reactivate", {"version": "9"})
    assert "Nobody knows any more" in text(again)
