"""Accounts, links, invitations and teams."""

from contextlib import suppress
from typing import Any

from inventory.domain.notice import Event, Way, kept
from inventory.models import Membership, OneTimeLink, Person, Team
from inventory.services import notice
from inventory.services.people import account, link, people
from tests.writes.world import Drawn, World, write

DISCIPLINES = ("product", "engineering", "other")
ROLES = ("viewer", "member", "lead", "lead")
PASSWORDS = ("correct horse battery", "staple the battery")
MOST_PEOPLE, MOST_TEAMS = 16, 7
Given = dict[str, Any]


def email(world: World) -> str:
    return world.pick(["p{}@example.test", "P{}@example.test"]).format(world.random.randint(1, 40))


def someone(world: World) -> Given | None:
    """Anybody, also who is switched off."""
    person = world.any(Person.objects.all())
    return None if person is None else {"person": person, "version": world.version(person)}


def with_reason(world: World, **more: Any) -> Given | None:
    found = someone(world)
    return None if found is None else {**found, "reason": world.reason(), **more}


@write("people.people.first_link", 0.1)
def first_link(world: World) -> Drawn:
    return Drawn({}, world.kept("first"))


@write("people.people.begin", 0.1)
def begin(world: World) -> Given:
    return {
        "token": world.link("first"), "email": email(world), "name": world.name("Person"),
        "discipline": world.pick(DISCIPLINES), "password": world.pick(PASSWORDS), "team": world.name("Team"),
    }  # fmt: skip


@write("people.people.sign_in_link")
def sign_in_link(world: World) -> Drawn:
    person = world.any(Person.objects.all())
    return Drawn({"email": person.email if person else email(world)}, world.kept("sign_in"))


@write("people.people.reset_link")
def reset_link(world: World) -> Drawn:
    person = world.any(Person.objects.all())
    given = {"email": person.email if person else email(world)}
    return Drawn(given, lambda sent: world.kept("reset")(sent and sent.token))


@write("people.people.enter")
def enter(world: World) -> Given:
    return {"token": world.link("sign_in", "reset"), "password": world.pick(["", *PASSWORDS])}


@write("people.account.edit")
def edit(world: World) -> Given | None:
    found = someone(world)
    return None if found is None else {**found, "name": world.name("Person"), "email": email(world)}


@write("people.account.change_password", 0.3)
def change_password(world: World) -> Given | None:
    person = world.person()
    return None if person is None else {"person": person, "password": world.pick(PASSWORDS)}


@write("people.account.change_discipline", 0.5)
def change_discipline(world: World) -> Given | None:
    return with_reason(world, discipline=world.pick(DISCIPLINES))


@write("people.account.set_administrator", 0.5)
def set_administrator(world: World) -> Given | None:
    found = someone(world)
    return None if found is None else {**found, "is_administrator": world.chance(0.5)}


@write("people.account.deactivate", 0.4)
def deactivate(world: World) -> Given | None:
    return with_reason(world, heir=None if world.chance(0.3) else world.any(Person.objects.all()))


@write("people.account.reactivate", 0.8)
def reactivate(world: World) -> Drawn | None:
    person = world.any(Person.objects.filter(is_active=world.chance(0.2)))
    if person is None:
        return None
    return Drawn({"person": person, "version": world.version(person)}, world.kept("reset"))


@write("people.account.anonymise", 0.1)
def anonymise(world: World) -> Given | None:
    person = world.any(Person.objects.filter(is_active=world.chance(0.2)))
    return None if person is None else {"person": person, "version": world.version(person), "reason": world.reason()}


@write("notice.choose", 0.5)
def choose(world: World) -> Given | None:
    person = world.person()
    if person is None:
        return None
    ways = [kept(each) for each in ((), (Way.APP,), (Way.MAIL,), (Way.APP, Way.MAIL))]
    chosen = {event: world.pick(ways) for event in Event if world.chance(0.5)}
    return {"person": person, "chosen": chosen, "version": world.version(notice.choices(person))}


@write("people.invitation.invite")
def invite(world: World) -> Drawn | None:
    team = world.any(Team.objects.all())
    if team is None:
        return None
    given = {"team": team, "email": email(world), "discipline": world.pick(DISCIPLINES), "role": world.pick(ROLES)}
    return Drawn(given, world.kept("invite"))


@write("people.invitation.accept")
def accept(world: World) -> Given | None:
    if Person.objects.count() >= MOST_PEOPLE:
        return None
    return {"token": world.link("invite"), "name": world.name("Person"), "password": world.pick(PASSWORDS)}


@write("people.invitation.join", 0.5)
def join(world: World) -> Given:
    """Of use only where somebody has taken the invited e-mail since."""
    token, person = world.link("invite"), world.person()
    with suppress(link.Spent, people.EmailTaken):
        wanted = link.opened(token, "invite", at=world.at).email
        if person is not None and world.chance(0.7):
            who = {"version": person.version, "by": person.actor, "at": world.at}
            account.edit(person=person, name=person.name, email=wanted, **who)
    return {"token": token}


@write("people.invitation.withdraw", 0.3)
def withdraw(world: World) -> Given | None:
    found = world.any(OneTimeLink.objects.filter(purpose="invite"))
    return None if found is None else {"invitation": found}


@write("people.team.register")
def register(world: World) -> Given | None:
    return None if Team.objects.count() >= MOST_TEAMS else {"name": world.name("Team")}


def team(world: World, **more: Any) -> Given | None:
    found = world.any(Team.objects.all())
    return None if found is None else {"team": found, "version": world.version(found), **more}


@write("people.team.edit")
def edit_team(world: World) -> Given | None:
    days = world.pick([None, 0, 0, 3])
    return team(world, name=world.name("Team"), one_side_enough=world.chance(0.5), opens_after=days)


@write("people.team.retire", 0.4)
def retire(world: World) -> Given | None:
    return team(world, reason=world.reason())


@write("people.team.restore", 0.8)
def restore(world: World) -> Given | None:
    return team(world)


@write("people.team.add")
def add(world: World) -> Given | None:
    found, person = world.any(Team.objects.all()), world.any(Person.objects.all())
    return None if found is None or person is None else {"team": found, "person": person, "role": world.pick(ROLES)}


def member(world: World, **more: Any) -> Given | None:
    found = world.any(Membership.objects.all())
    return None if found is None else {"membership": found, "version": world.version(found), **more}


@write("people.team.change_role", 0.6)
def change_role(world: World) -> Given | None:
    return member(world, role=world.pick(ROLES))


@write("people.team.remove", 0.2)
def remove(world: World) -> Given | None:
    return member(world)
