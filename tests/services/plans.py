"""Plans made by the services, frozen by their job: for tests of versions, comparisons and scenarios."""

from collections.abc import Callable
from datetime import datetime

from inventory import tasks
from inventory.domain.audit import Actor
from inventory.models import Call, Job, Part, Person, Team, Wave
from inventory.services import job as jobs
from inventory.services.prices import pricing

BY = Actor("command", "test")
FIELDS = {
    "provider": "anthropic", "model": "claude-sonnet-5-5", "today_path": "real_time", "requests": 1000,
    "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800,
}  # fmt: skip
Registered = Callable[..., Call]


def frozen(person: Person, now: datetime, *, team: Team | None = None, note: str = "As signed") -> Job:
    params = {"team": team.pk if team else None, "note": note}
    job = jobs.enqueue(kind="freeze_plan", params=params, by=person.actor, at=now, person=person)
    assert tasks.run_job(job.pk)
    job.refresh_from_db()
    return job


def move(part: Part, wave: Wave | None = None) -> None:
    """A label both sides gave, priced as the services do."""
    part.label, part.state, part.wave = "not_waiting", "agreed", wave
    part.save()
    pricing.apply(part.call, [part], book=pricing.book(part.call.priced_on))
    part.save(), part.call.save()
