"""Who may do what, as plain predicates on person and record. Everyone signed in sees everything that is not blind."""

import json

from django.db.models import QuerySet

from inventory.domain.people import Discipline, Role
from inventory.models import Change, Comment, Job, Membership, Person, Scenario, Sheet, Team

ANSWERING = (Discipline.PRODUCT, Discipline.ENGINEERING)


def role_in(person: Person, team: Team | int) -> str | None:
    """The person's role in the team, None for a stranger. One query a request: roles are kept on the person."""
    roles: dict[int, str] | None = vars(person).get("_roles")
    if roles is None:
        roles = vars(person)["_roles"] = dict(Membership.objects.filter(person=person).values_list("team_id", "role"))
    return roles.get(team if isinstance(team, int) else team.pk)


def may_edit(person: Person, team: Team | int) -> bool:
    """Register, edit, retire, split in this team."""
    return person.is_administrator or role_in(person, team) in (Role.MEMBER, Role.LEAD)


def teams_to_edit(person: Person) -> QuerySet[Team]:
    """The teams in which `may_edit` holds and that are not retired, by name."""
    teams = Team.objects.live().order_by("name", "pk")
    if person.is_administrator:
        return teams
    return teams.filter(memberships__person=person, memberships__role__in=(Role.MEMBER, Role.LEAD))


def teams_waiting_for(person: Person) -> list[int]:
    """Teams whose work waits for this person: those they work in; for an administrator also those nobody works in yet,
    such as an import makes. Kept on the person for a request, like their roles."""
    kept: list[int] | None = vars(person).get("_teams")
    if kept is not None:
        return kept
    waiting = set(Membership.objects.editing(person).values_list("team", flat=True))
    if person.is_administrator:
        waiting |= set(Team.objects.unmanned().values_list("pk", flat=True))
    vars(person)["_teams"] = sorted(waiting)
    return vars(person)["_teams"]  # type: ignore[no-any-return]


def may_lead(person: Person, team: Team | int) -> bool:
    """Settle, open a blind sheet, arrange waves, manage the team's members."""
    return person.is_administrator or role_in(person, team) == Role.LEAD


def has_led(person: Person, team: int) -> bool:
    """Whether they were a lead of the team before, as history knows it."""
    mine = Membership.objects.filter(person=person, team=team).values_list("pk", flat=True)
    led = Change.objects.filter(record=Membership.RECORD, before__contains=f'"role":"{Role.LEAD}"')
    if led.filter(record_id__in=[str(pk) for pk in mine]).exists():
        return True
    removed = led.filter(after="", before__contains=f'"person_id":{person.pk}').values_list("before", flat=True)
    return any((was := json.loads(before))["person_id"] == person.pk and was["team_id"] == team for before in removed)


def teams_led(person: Person) -> list[int]:
    """The teams in which they are lead."""
    role_in(person, 0)
    roles: dict[int, str] = vars(person)["_roles"]
    return sorted(team for team, role in roles.items() if role == Role.LEAD)


def teams_to_lead(person: Person) -> QuerySet[Team]:
    """The teams in which `may_lead` holds and that are not retired, by name."""
    teams = Team.objects.live().order_by("name", "pk")
    return teams if person.is_administrator else teams.filter(pk__in=teams_led(person))


def leads_some(person: Person) -> bool:
    """Whether there are labels they may decide on."""
    return person.is_administrator or bool(teams_led(person))


def may_freeze(person: Person, team: Team | None) -> bool:
    """The plan of a team: who leads it. That of all teams: who leads any."""
    return leads_some(person) if team is None else may_lead(person, team)


def may_try(person: Person, team: Team | None) -> bool:
    """Make scenarios: whoever may edit in the team; for the plan of all teams, in any."""
    return teams_to_edit(person).exists() if team is None else may_edit(person, team)


def may_change(person: Person, scenario: Scenario) -> bool:
    """Who made the scenario and may still make one, leads of its team, and administrators."""
    if scenario.team is not None and may_lead(person, scenario.team):
        return True
    own = scenario.created_by_id == person.pk and may_try(person, scenario.team)
    return own or person.is_administrator


def may_review(person: Person, team: int | None) -> bool:
    """Mark actions of this team as reviewed; what is of no team is for administrators."""
    return person.is_administrator or (team is not None and may_lead(person, team))


def may_answer(person: Person, team: Team | int) -> bool:
    """Answer the waiting test for the person's own discipline."""
    return person.discipline in ANSWERING and may_edit(person, team)


def may_resolve(person: Person, thread: Comment, team: Team | int) -> bool:
    """Whoever may edit the team's calls, and whoever began the thread."""
    return thread.written_by_id == person.pk or may_edit(person, team)


def may_administer(person: Person) -> bool:
    return person.is_administrator


def may_cancel(person: Person, job: Job) -> bool:
    """Whoever asked for the job, and administrators."""
    return person.is_administrator or job.created_by_id == person.pk


def may_see_sheet(person: Person, sheet: Sheet, *, both_in: bool) -> bool:
    """Its own side always; anyone once both are in or a lead has opened what it says now."""
    return person.discipline == sheet.side or both_in or sheet.is_open
