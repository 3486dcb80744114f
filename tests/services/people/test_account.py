"""What people change about their own account, and what administrators decide about others'."""

from datetime import datetime

import pytest
from axes.models import AccessLog

from inventory.domain.audit import Actor
from inventory.models import Action, Change, Feature, Membership, OneTimeLink, Person, Stale, Team
from inventory.services.history import verification
from inventory.services.people import account, link, people
from inventory.services.people import team as teams
from tests import factories

BY = Actor("command", "test")


def edit(person: Person, at: datetime, **given: object) -> Person:
    fields = {"version": person.version, "name": person.name, "email": person.email, **given}
    return account.edit(person=person, by=person.actor, at=at, **fields)  # type: ignore[arg-type]


def test_edit_changes_name_and_e_mail_and_history_tells_only_when(ed: Person, now: datetime) -> None:
    edit(ed, now, name="Edward", email="Edward@example.test")
    ed.refresh_from_db()
    assert (ed.name, ed.email, ed.version) == ("Edward", "edward@example.test", 2)
    change = Change.objects.get()
    assert (change.before, change.after) == ('{"named_at":null}', '{"named_at":"2026-11-22T09:00:00.000000Z"}')
    assert Action.objects.get().title == ""


def test_edit_without_a_difference_writes_nothing(ed: Person, now: datetime) -> None:
    edit(ed, now)
    ed.refresh_from_db()
    assert ed.version == 1
    assert not Action.objects.exists()


def test_edit_from_a_stale_version_is_refused(ed: Person, now: datetime) -> None:
    edit(ed, now, name="Edward")
    with pytest.raises(Stale):
        edit(ed, now, name="Eddie", version=1)


def test_edit_to_a_taken_e_mail_is_refused(ed: Person, stranger: Person, now: datetime) -> None:
    with pytest.raises(people.EmailTaken):
        edit(ed, now, email=stranger.email.upper())
    assert not Action.objects.exists()


def test_new_e_mail_makes_links_to_the_old_one_worthless(ed: Person, now: datetime) -> None:
    token = people.sign_in_link(email=ed.email, by=BY, at=now)
    edit(ed, now, email="edward@example.test")
    with pytest.raises(link.Spent):
        people.enter(token=token, at=now)


def test_password_change_makes_links_worthless(ed: Person, now: datetime) -> None:
    token = people.sign_in_link(email=ed.email, by=BY, at=now)
    account.change_password(person=ed, password="nine brown cats", by=ed.actor, at=now)
    ed.refresh_from_db()
    assert ed.check_password("nine brown cats")
    with pytest.raises(link.Spent):
        people.enter(token=token, at=now)


def change_discipline(person: Person, by: Person, at: datetime, version: int = 1) -> Person:
    return account.change_discipline(
        person=person, version=version, discipline="product", reason="moved", by=by.actor, at=at
    )


def test_administrator_changes_a_discipline(admin: Person, ed: Person, now: datetime) -> None:
    change_discipline(ed, admin, now)
    ed.refresh_from_db()
    assert ed.discipline == "product"
    assert Action.objects.get().reason == "moved"


def test_nobody_changes_their_own_discipline(admin: Person, now: datetime) -> None:
    with pytest.raises(account.Oneself):
        change_discipline(admin, admin, now)


def test_discipline_from_a_stale_version_is_refused(admin: Person, ed: Person, now: datetime) -> None:
    with pytest.raises(Stale):
        change_discipline(ed, admin, now, version=7)


def set_administrator(person: Person, value: bool, by: Person, at: datetime) -> Person:
    return account.set_administrator(person=person, version=person.version, is_administrator=value, by=by.actor, at=at)


def test_administrators_make_and_unmake_each_other(admin: Person, ed: Person, now: datetime) -> None:
    ed = set_administrator(ed, True, admin, now)
    set_administrator(admin, False, ed, now)
    assert list(Person.objects.administrators()) == [ed]


def test_last_administrator_stays_one(admin: Person, now: datetime) -> None:
    with pytest.raises(account.LastAdministrator):
        set_administrator(admin, False, admin, now)


def test_deactivated_administrator_does_not_make_the_last_one_replaceable(
    admin: Person, ed: Person, now: datetime
) -> None:
    Person.objects.filter(pk=ed.pk).update(is_administrator=True, is_active=False)
    with pytest.raises(account.LastAdministrator):
        set_administrator(admin, False, admin, now)


def test_somebody_deactivated_cannot_become_administrator(admin: Person, ed: Person, now: datetime) -> None:
    Person.objects.filter(pk=ed.pk).update(is_active=False)
    with pytest.raises(teams.NotActive):
        set_administrator(ed, True, admin, now)


def deactivate(person: Person, by: Person, at: datetime, heir: Person | None = None, version: int = 1) -> Person:
    return account.deactivate(person=person, version=version, heir=heir, reason="left", by=by.actor, at=at)


def test_deactivation_hands_features_over_in_one_action(admin: Person, pia: Person, ed: Person, now: datetime) -> None:
    both = factories.make_feature(team=pia.teams.get(), product_owner=pia, engineering_owner=ed)
    retired = factories.make_feature(engineering_owner=ed, retired_at=now)
    untouched = factories.make_feature(product_owner=pia)
    deactivate(ed, admin, now, heir=pia)
    owners = Feature.objects.order_by("pk").values_list("pk", "product_owner", "engineering_owner", "version")
    assert list(owners) == [
        (both.pk, pia.pk, pia.pk, 2),
        (retired.pk, None, pia.pk, 2),
        (untouched.pk, pia.pk, None, 1),
    ]
    action = Action.objects.get()
    assert (action.kind, action.reason, action.changes_count) == ("people.deactivate", "left", 3)


def test_deactivation_takes_password_and_links_away(admin: Person, ed: Person, now: datetime) -> None:
    token = people.sign_in_link(email=ed.email, by=BY, at=now)
    deactivate(ed, admin, now)
    ed.refresh_from_db()
    assert (ed.is_active, ed.has_usable_password()) == (False, False)
    Person.objects.update(is_active=True)
    with pytest.raises(link.Spent):
        people.enter(token=token, at=now)


def test_deactivating_twice_is_one_action(admin: Person, ed: Person, now: datetime) -> None:
    deactivate(ed, admin, now)
    before = Action.objects.count()
    ed.refresh_from_db()
    deactivate(ed, admin, now)
    assert Action.objects.count() == before


def test_deactivation_with_features_needs_an_active_heir(admin: Person, pia: Person, ed: Person, now: datetime) -> None:
    feature = factories.make_feature(engineering_owner=ed)
    gone = factories.make_person(is_active=False)
    for heir in (None, ed, gone):
        with pytest.raises(account.HeirNeeded):
            deactivate(ed, admin, now, heir=heir)
    ed.refresh_from_db()
    feature.refresh_from_db()
    assert ed.is_active
    assert feature.engineering_owner == ed


def test_only_lead_of_a_team_cannot_be_deactivated(admin: Person, pia: Person, team: Team, now: datetime) -> None:
    with pytest.raises(teams.LastLead) as refused:
        deactivate(pia, admin, now)
    assert refused.value.teams == [team]
    Membership.objects.create(team=team, person=factories.make_person(), role="lead")
    assert not deactivate(pia, admin, now).is_active


def test_nobody_deactivates_themselves(admin: Person, ed: Person, now: datetime) -> None:
    Person.objects.filter(pk=ed.pk).update(is_administrator=True)
    with pytest.raises(account.Oneself):
        deactivate(admin, admin, now)


def test_last_administrator_cannot_be_deactivated(admin: Person, now: datetime) -> None:
    with pytest.raises(account.LastAdministrator):
        account.deactivate(person=admin, version=1, heir=None, by=BY, at=now)


def test_deactivation_from_a_stale_version_changes_nothing(
    admin: Person, pia: Person, ed: Person, now: datetime
) -> None:
    feature = factories.make_feature(engineering_owner=ed)
    with pytest.raises(Stale):
        deactivate(ed, admin, now, heir=pia, version=9)
    feature.refresh_from_db()
    assert feature.engineering_owner == ed


def test_reactivated_person_sets_a_new_password(admin: Person, ed: Person, now: datetime) -> None:
    gone = deactivate(ed, admin, now)
    token = account.reactivate(person=gone, version=gone.version, by=admin.actor, at=now)
    assert people.enter(token=token, password="nine brown cats", at=now).is_active
    ed.refresh_from_db()
    assert ed.check_password("nine brown cats")


def test_history_never_holds_a_name_or_an_e_mail(admin: Person, ed: Person, now: datetime) -> None:
    edit(ed, now, name="Edwina", email="edwina@example.test")
    ed.refresh_from_db()
    deactivate(ed, admin, now, version=ed.version)
    told = str([*Change.objects.values_list(), *Action.objects.values_list()]).lower()
    assert "edwina" not in told
    assert "example.test" not in told


def test_anonymising_takes_name_and_e_mail_away_everywhere_and_history_still_verifies(
    admin: Person, ed: Person, team: Team, now: datetime
) -> None:
    edit(ed, now, name="Edwina", email="edwina@example.test")
    link.made(purpose="invite", team=team, email="edwina@example.test", role="member", discipline="product", at=now)
    AccessLog.objects.create(username="Edwina@example.test", path_info="/sign-in")
    ed.refresh_from_db()
    gone = deactivate(ed, admin, now, version=ed.version)
    account.anonymise(person=gone, version=gone.version, reason="asked", by=admin.actor, at=now)
    ed.refresh_from_db()
    assert (ed.name, ed.anonymised_at) == (f"Former member {ed.pk}", now)
    kept = [*Person.objects.values_list(), *OneTimeLink.objects.values_list(), *AccessLog.objects.values_list()]
    assert "edwina" not in str([*kept, *Action.objects.values_list(), *Change.objects.values_list()]).lower()
    assert (Action.objects.latest("seq").kind, Action.objects.latest("seq").reason) == ("people.anonymise", "asked")
    told = [str(found) for found in verification.verify().findings if found.seq is not None]
    assert told == [f"action 1: person {ed.pk} was changed behind the app's back before this action: all of it"], (
        "but for the factory, which leaves no action"
    )


def test_only_who_cannot_sign_in_is_anonymised_once_and_never_comes_back(
    admin: Person, ed: Person, now: datetime
) -> None:
    with pytest.raises(account.StillActive):
        account.anonymise(person=ed, version=ed.version, by=admin.actor, at=now)
    gone = deactivate(ed, admin, now)
    with pytest.raises(Stale):
        account.anonymise(person=gone, version=9, by=admin.actor, at=now)
    gone = account.anonymise(person=gone, version=gone.version, by=admin.actor, at=now)
    count = Action.objects.count()
    account.anonymise(person=gone, version=gone.version, by=admin.actor, at=now)
    with pytest.raises(account.Anonymised):
        account.reactivate(person=gone, version=gone.version, by=admin.actor, at=now)
    assert Action.objects.count() == count
