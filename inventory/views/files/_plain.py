"""What the address of each plain list narrows it to, as its own page reads it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from inventory.forms import check, figures, frozen, guess, listed, moment, people, plan, queue, realised, version, wave
from inventory.models import Person
from inventory.services import access
from inventory.services.labelling import figures as agreement
from inventory.services.labelling import version as versions
from inventory.views.planning import _arranged

Read = Callable[[QueryDict, Person], Mapping[str, Any]]


def _nothing(address: QueryDict, person: Person) -> dict[str, Any]:
    return {}


def _retired(address: QueryDict, person: Person) -> dict[str, Any]:
    return {"retired": True} if address.get("retired") == "1" else {}


def _people(address: QueryDict, person: Person) -> dict[str, Any]:
    """By number, not by what was searched for: a job's words stay in the history, and a name must not."""
    form = people.Find(address)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    return {"only": sorted(Person.objects.matching(words).values_list("pk", flat=True))} if words else {}


def _team(address: QueryDict, person: Person) -> dict[str, Any]:
    team = guess.Filter(address).chosen().get("team")
    return {"team": team} if team else {}


def _waves(address: QueryDict, person: Person) -> dict[str, Any]:
    wanted = _arranged.asked(address, person)
    found = {"team": wanted.team, "wave": wanted.only}
    return {name: value for name, value in found.items() if value is not None}


def _totals(address: QueryDict, person: Person) -> dict[str, Any]:
    chosen, by = plan.Filter(address).chosen(), address.get("by", "")
    found = {name: chosen[name] for name in ("team", "feature") if name in chosen}
    return found | {"by": by if by in dict(plan.BY) else "team"}


def _scope(address: QueryDict, person: Person) -> dict[str, Any]:
    team = frozen.Scope(address).chosen()
    return {"team": team} if team else {}


def _time(address: QueryDict, person: Person) -> dict[str, Any]:
    form = wave.Months(address.dict(), today=timezone.localdate())
    term, team = form.term(), form.chosen_team()
    return {"first": term.first, "months": term.count, **({"team": team} if team else {})}


def _as_of(address: QueryDict, person: Person) -> dict[str, Any]:
    form = moment.AsOf(address)
    if not form.is_valid():
        return {"day": timezone.localdate().isoformat()}
    day = form.cleaned_data["day"]
    return {**form.moment(), **form.narrowed(), "day": day and day.isoformat()}


def _ledger(address: QueryDict, person: Person) -> dict[str, Any]:
    chosen = realised.Filter(address).chosen()
    return {**chosen, "since": chosen["since"].isoformat()} if "since" in chosen else chosen


def _agreement(address: QueryDict, person: Person) -> dict[str, Any]:
    return figures.Filter(address, months=agreement.months()).chosen()


def _queue(address: QueryDict, person: Person) -> dict[str, Any]:
    return queue.Filter(address, teams=access.teams_waiting_for(person)).chosen()


def asked(name: str, query: str, person: Person) -> dict[str, Any]:
    """As a job keeps it: plain values, records by their number."""
    return listed.plain(LISTS[name](QueryDict(query), person))


LISTS: Mapping[str, Read] = {
    "teams": _retired, "people": _people, "jobs": _nothing, "notices": _nothing, "queue": _queue,
    "check": lambda address, person: check.Filter(address).chosen(),
    "differing": lambda address, person: version.Filter(address, teams=versions.teams(person)).chosen(),
    "consumers": _nothing, "agreement": _agreement, "waves": _waves, "time": _time,
    "ledger": _ledger,
    "guesses": lambda address, person: guess.Filter(address).chosen(), "no_guess": _team, "scenarios": _scope,
    "retiring": _nothing, "models": _nothing, "upcoming": _nothing, "discounts": _nothing, "modifiers": _nothing,
    "versions": _scope, "as_of": _as_of, "totals": _totals, "realised": _team,
}  # fmt: skip
