"""Teams, people and what they were told as rows of a file, with the columns of their pages."""

from typing import Any

from django.utils import timezone

from inventory.exchange.columns import Column, Form
from inventory.models import Job, Membership, Notice, Person, Team
from inventory.services import access, notice
from inventory.services.files.plain import Asked, Plain, Row, each, name_of

TEAMS = (
    Column("team", "Team", width=30), Column("counts", "A label counts", width=22),
    Column("members", "Members", Form.WHOLE, 10), Column("features", "Features", Form.WHOLE, 10),
    Column("retired_at", "Retired", Form.MOMENT, 17),
)  # fmt: skip
MEMBERS = (
    Column("name", "Name", width=26), Column("discipline", "Discipline", width=14), Column("role", "Role", width=10),
    Column("account", "Account", width=14),
)  # fmt: skip
PEOPLE = (
    Column("name", "Name", width=26), Column("email", "E-mail", width=34), Column("discipline", "Discipline", width=14),
    Column("teams", "Teams", width=44), Column("account", "Account", width=14),
    Column("last_login", "Last sign-in", Form.MOMENT, 17),
)  # fmt: skip
JOBS = (
    Column("job", "Job", width=36), Column("number", "Number", Form.WHOLE, 10), Column("by", "Asked by", width=24),
    Column("created_at", "Asked at", Form.MOMENT, 17), Column("state", "State", width=16),
    Column("done_rows", "Rows", Form.WHOLE, 10), Column("finished_at", "Ended at", Form.MOMENT, 17),
    Column("file", "File", width=44),
)  # fmt: skip
NOTICES = (
    Column("what", "What", width=36), Column("part", "Part", width=36), Column("others", "And more", Form.WHOLE, 10),
    Column("by", "By", width=24), Column("at", "When", Form.MOMENT, 17), Column("read_at", "Read", Form.MOMENT, 17),
)  # fmt: skip


def _teams(asked: Asked) -> Any:
    return (Team.objects.retired() if asked.narrowed.get("retired") else Team.objects.live()).listed()


def _team(team: Any) -> Row:
    counts = "with one side in" if team.one_side_enough else "when both agree"
    return {
        "pk": team.pk, "team": team.name, "counts": counts, "members": team.members_count,
        "features": team.features_count, "retired_at": team.retired_at,
    }  # fmt: skip


def _members(asked: Asked) -> Any:
    return Membership.objects.filter(team=asked.narrowed["of"]).listed()


def _member(one: Membership) -> Row:
    return {
        "name": one.person.name, "discipline": one.person.get_discipline_display(), "role": one.get_role_display(),
        "account": "" if one.person.is_active else "switched off",
    }  # fmt: skip


def _people(asked: Asked) -> Any:
    only = asked.narrowed.get("only")
    return (Person.objects.all() if only is None else Person.objects.filter(pk__in=only)).listed()


def _person(one: Person) -> Row:
    account = "" if one.is_active else "switched off"
    return {
        "pk": one.pk, "name": one.name, "email": "" if one.anonymised_at else one.email,
        "discipline": one.get_discipline_display(), "teams": ", ".join(m.team.name for m in one.memberships.all()),
        "account": account or ("administrator" if one.is_administrator else ""), "last_login": one.last_login,
    }  # fmt: skip


def _jobs(asked: Asked) -> Any:
    return Job.objects.select_related("created_by").order_by("-pk")


def _job(job: Job) -> Row:
    has_file = job.has_file(timezone.now())
    return {
        "pk": job.pk, "job": job.get_kind_display(), "number": job.pk, "by": name_of(job.created_by, "a command"),
        "created_at": job.created_at, "state": job.get_state_display(), "done_rows": job.done_rows,
        "finished_at": job.finished_at, "file": job.file_name if has_file else "expired" if job.file_name else "",
    }  # fmt: skip


def _notice(one: Notice) -> Row:
    return {
        "pk": one.pk, "what": one.get_event_display(), "part": one.about, "others": one.others or None,
        "by": name_of(one.by), "at": one.at, "read_at": one.read_at,
    }  # fmt: skip


LISTS = {
    "teams": Plain("Teams", TEAMS, _teams, each(_team)),
    "members": Plain("Members", MEMBERS, _members, each(_member)),
    "people": Plain("People", PEOPLE, _people, each(_person), may=access.may_administer, own=True),
    "jobs": Plain("Jobs", JOBS, _jobs, each(_job)),
    "notices": Plain("Notices", NOTICES, lambda asked: notice.shown(asked.person), each(_notice), own=True),
}
