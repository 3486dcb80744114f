from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from inventory.models import Action, Feature, Part, Team
from tests import factories, hostile

HOSTILE = ["99999999999999999999", "1.234,56", "NaN", "\x00", "x" * 40_000, "-1", ""]


@pytest.fixture
def feature(team):
    return factories.make_feature(team=team, name="Document intake", first_guess=30)


def said(answer):
    """The page without what differs by request: the token."""
    return answer.content.partition(b"<main")[2]


def typed(feature, **fields):
    given = {"team": feature.team_id, "name": feature.name, "first_guess": 30, "version": feature.version}
    return {**given, **fields}


def test_a_member_registers_a_feature(as_ed, team, pia):
    answer = as_ed.post(
        "/features/new", {"team": team.pk, "name": "Claims", "product_owner": pia.pk, "first_guess": "40"}
    )
    made = Feature.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/features/{made.pk}")
    assert (made.name, made.product_owner, made.first_guess) == ("Claims", pia, 40)


def test_a_second_feature_of_the_same_name_is_refused_at_its_field(as_pia, feature):
    answer = as_pia.post("/features/new", {"team": feature.team_id, "name": "DOCUMENT INTAKE"})
    assert answer.status_code == 422
    assert "already has a feature of that name" in answer.content.decode()
    assert "DOCUMENT INTAKE" in answer.content.decode()


def test_who_may_edit_no_team_finds_no_form(client, team):
    client.force_login(
        factories.make_person(team=team, role="viewer"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/features/new").status_code == 404
    assert "Register the first feature" not in client.get("/features").content.decode()


def test_a_foreign_team_is_no_choice(as_stranger, team):
    answer = as_stranger.post("/features/new", {"team": team.pk, "name": "Mine now"})
    assert answer.status_code == 422
    assert not Feature.objects.exists()


@pytest.mark.parametrize("page", ["edit", "retire"])
def test_strangers_may_look_and_change_nothing(as_stranger, feature, page):
    assert as_stranger.get(f"/features/{feature.pk}").status_code == 200
    refused = as_stranger.get(f"/features/{feature.pk}/{page}")
    missing = as_stranger.get(f"/features/999999/{page}")
    assert (refused.status_code, said(refused)) == (404, said(missing))
    assert as_stranger.post(f"/features/{feature.pk}/restore").status_code == 404


def test_owners_are_active_people_of_the_discipline_members_first(as_pia, feature, pia, ed):
    outside = factories.make_person(name="Anna", discipline="product")
    gone = factories.make_person(name="Gone", discipline="product", is_active=False)
    form = as_pia.get(f"/features/{feature.pk}/edit").context["form"]
    assert [str(label) for _, label in form.fields["product_owner"].choices] == [
        "Nobody yet",
        "Pia",
        "Anna (not in the team)",
    ]
    assert [str(label) for _, label in form.fields["engineering_owner"].choices] == ["Nobody yet", "Ed"]
    assert {outside.pk, gone.pk}.isdisjoint(p.pk for p in form.fields["engineering_owner"].queryset)


def test_an_owner_who_left_stays_a_choice_until_handed_over(as_pia, feature, pia):
    gone = factories.make_person(name="Gone", discipline="product", is_active=False)
    Feature.objects.update(product_owner=gone)
    page = as_pia.get(f"/features/{feature.pk}/edit").content.decode()
    assert "Gone (no longer active)" in page
    as_pia.post(f"/features/{feature.pk}/edit", typed(feature, product_owner=pia.pk))
    assert Feature.objects.get().product_owner == pia


def test_a_stale_save_is_answered_with_both_values(as_pia, feature, pia, now):
    Feature.objects.update(description="Theirs", version=2)
    answer = as_pia.post(f"/features/{feature.pk}/edit", typed(feature, description="Mine"))
    assert answer.status_code == 409
    assert [(row.label, row.yours, row.theirs) for row in answer.context["differences"]] == [
        ("Description", "Mine", "Theirs")
    ]
    assert 'name="version" value="2"' in answer.content.decode()
    assert Feature.objects.get().description == "Theirs"
    as_pia.post(f"/features/{feature.pk}/edit", typed(feature, description="Mine", version=2))
    assert Feature.objects.get().description == "Mine"


def test_a_frozen_first_guess_is_said_to_be_and_stays(as_pia, feature):
    Part.objects.filter(call=factories.make_call(feature=feature)).update(label="waiting", state="agreed")
    assert "so the first guess stays as it was" in as_pia.get(f"/features/{feature.pk}/edit").content.decode()
    answer = as_pia.post(f"/features/{feature.pk}/edit", typed(feature, first_guess=99, description="New"))
    assert answer.status_code == 302
    assert (Feature.objects.get().first_guess, Feature.objects.get().description) == (30, "New")


def test_bad_input_is_answered_at_the_field_and_nothing_is_lost(as_pia, feature):
    for given in hostile.alone(["team", "name", "product_owner", "first_guess", "version"], HOSTILE):
        with transaction.atomic():
            answer = as_pia.post(f"/features/{feature.pk}/edit", typed(feature, **{"description": "Keep me", **given}))
            assert answer.status_code in (302, 409, 422), given
            if answer.status_code == 422:
                assert "Keep me" in answer.content.decode(), given
                assert Feature.objects.get().description == "", given
            transaction.set_rollback(True)


def test_retiring_with_live_calls_asks_for_the_tick(as_pia, feature):
    factories.make_call(feature=feature)
    answer = as_pia.post(f"/features/{feature.pk}/retire", {"version": 1, "reason": "Gone"})
    assert answer.status_code == 422
    assert "It has 1 calls in use" in answer.content.decode()
    answer = as_pia.post(f"/features/{feature.pk}/retire", {"version": 1, "reason": "Gone", "with_calls": "on"})
    assert answer.status_code == 302
    assert Action.objects.get().reason == "Gone"


def test_retiring_needs_a_reason(as_pia, feature):
    assert as_pia.post(f"/features/{feature.pk}/retire", {"version": 1, "reason": ""}).status_code == 422
    assert Feature.objects.get().retired_at is None


def test_a_retired_feature_is_restored_from_its_page(as_pia, feature, now):
    Feature.objects.update(retired_at=now)
    assert "Restore it" in as_pia.get(f"/features/{feature.pk}").content.decode()
    as_pia.post(f"/features/{feature.pk}/restore", {"version": 1})
    assert Feature.objects.get().retired_at is None


@pytest.mark.parametrize("version", ["", "abc", "99999999999999999999", "7"])
def test_restoring_from_a_lost_version_restores_nothing(as_pia, feature, now, version):
    Feature.objects.update(retired_at=now)
    assert as_pia.post(f"/features/{feature.pk}/restore", {"version": version}).status_code == 302
    assert Feature.objects.get().retired_at == now


def test_a_post_without_token_is_refused(pia, feature):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pia, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/features/{feature.pk}/edit", typed(feature)).status_code == 403


@pytest.mark.parametrize("pk", ["0", "99999999999999999999"])
def test_a_feature_that_is_not_there_is_404(as_pia, pk):
    assert as_pia.get(f"/features/{pk}").status_code == 404


@hostile.sent
def test_no_address_breaks_the_list(as_pia, feature, sent):
    for given in sent(["q", "team", "retired", "sort", "page"], HOSTILE):
        assert as_pia.get("/features", given).status_code == 200, given


def test_the_list_searches_filters_and_sorts(as_pia, team, feature, now):
    other = factories.make_feature(name="Claims")
    gone = factories.make_feature(team=team, name="Old", retired_at=now)

    def listed(**query):
        return [row[0] for row in as_pia.get("/features", query).context["rows"]]

    assert listed() == [other, feature]
    assert listed(q="intake") == [feature]
    assert listed(team=team.pk) == [feature]
    assert listed(retired="yes") == [gone]
    assert "No feature fits" in as_pia.get("/features", {"q": "nothing"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(as_pia, team, pia, django_assert_num_queries, count):
    for _ in range(count):
        factories.make_call(feature=factories.make_feature(team=team, product_owner=pia))
    with django_assert_num_queries(9):
        as_pia.get("/features?sort=-today")


@pytest.mark.parametrize("count", [1, 3])
def test_a_feature_takes_the_same_queries_for_any_number_of_parts(as_pia, feature, django_assert_num_queries, count):
    for kind in ("stay_real_time", "move_to_batch", "undecided")[:count]:
        Part.objects.filter(call=factories.make_call(feature=feature)).update(kind=kind)
    with django_assert_num_queries(11):
        as_pia.get(f"/features/{feature.pk}")


def test_the_line_shows_each_part_on_its_side_and_what_crossing_saves(as_pia, feature):
    call = factories.make_call(feature=feature, name="Full analysis")
    Part.objects.filter(call=call).update(
        kind="move_to_batch",
        label="not_waiting",
        state="agreed",
        cost_today=2_862_920_000,
        cost_target=1_431_460_000,
        saving=1_431_460_000,
    )
    page = as_pia.get(f"/features/{feature.pk}")
    assert [row.part.name for row in page.context["line"]["nobody"]] == ["Full analysis"]
    text = page.content.decode()
    assert "−$1,431.46" in text
    assert "Full analysis, in real time today: $2,862.92" in strip_tags(text)


def test_an_empty_feature_offers_the_first_step(as_pia, feature):
    assert f"{reverse('call.new')}?feature={feature.pk}" in as_pia.get(f"/features/{feature.pk}").content.decode()


def test_names_are_escaped_wherever_they_show(as_pia, team):
    feature = factories.make_feature(team=team, name="<script>x</script>", description="<b>")
    factories.make_call(feature=feature, name="<img src=x>")
    for address in ("/features", f"/features/{feature.pk}", f"/features/{feature.pk}/edit"):
        text = as_pia.get(address).content.decode()
        assert "<script>x" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("3", "0.03"), ("-2.5 %", "-0.025"), ("−1", "-0.01"), ("", "0"), ("100", "1"), ("+0.5%", "0.005")],
)
def test_growth_is_typed_in_percent(as_pia: Client, team: Team, typed: str, kept: str) -> None:
    as_pia.post("/features/new", {"team": team.pk, "name": "Growing", "growth": typed})
    assert Feature.objects.get(name="Growing").growth == Decimal(kept)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("-100", "Type more than -100"), ("-250", "Type more than -100"), ("100.5", "Type 100 or less"), ("a lot", "Type a percentage"),
     ("1.23456", "no more than four decimals"), ("--3", "Type a percentage"), ("9" * 60, "Type a percentage")],
)  # fmt: skip
def test_growth_beyond_reason_is_refused(as_pia: Client, team: Team, typed: str, said: str) -> None:
    answer = as_pia.post("/features/new", {"team": team.pk, "name": "Growing", "growth": typed})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert typed in answer.content.decode()


def test_nothing_is_audited_before_a_label_counts(as_pia: Client, team: Team) -> None:
    feature = factories.make_feature(team=team, first_guess=30)
    part = factories.make_call(feature=feature).parts.get()
    Part.objects.update(cost_today=10_000_000, cost_target=10_000_000)
    said_then = as_pia.get(f"/features/{feature.pk}").content.decode().replace("&nbsp;", " ")
    assert "first guess 30 %" in said_then
    assert "audited" not in said_then
    Part.objects.filter(pk=part.pk).update(kind="move_to_batch", label="not_waiting", state="agreed")
    said_now = as_pia.get(f"/features/{feature.pk}").content.decode().replace("&nbsp;", " ")
    assert "first guess 30 %, audited 100 %" in said_now
