"""The page of the whole history, which several addresses answer with."""

from typing import Any

from django.http import HttpResponse

from inventory.domain import audit_words
from inventory.forms import audit as forms
from inventory.forms.review import Mark
from inventory.models import Person, Team
from inventory.services import access
from inventory.services.history import action as actions
from inventory.services.history import history, history_table, verification
from inventory.services.history.history import Asked, Found
from inventory.views._page import Request, page

DETAILS = {"by", "field", "side", "since", "first_day", "last_day", "review"}


def asked_by(request: Request) -> tuple[Asked, forms.Filter, list[str]]:
    """What the address asks for, the form that read it, and what has to be said of the moments in it."""
    form = forms.Filter(request.GET, fields=actions.field_choices())
    chosen = {name: found for name, found in form.chosen().items() if name not in ("before", "after")}
    asked, notes = history.asked(**chosen)
    return asked, form, notes


def shown(request: Request, *, mark: Mark | None = None, status: int = 200) -> HttpResponse:
    asked, form, said = asked_by(request)
    chosen = form.chosen()
    places = {name: chosen[name] for name in ("before", "after") if name in chosen}
    found = history.listing(viewer=request.user, asked=asked, **places)
    context = {
        "found": found,
        "form": form,
        "chosen": chosen,
        "about": f"{noun(asked.record[0])} {actions.name(*asked.record)}" if asked.record else "",
        "teams": Team.objects.order_by("name", "pk").values_list("pk", "name"),
        "people": Person.objects.order_by("name", "pk").values_list("pk", "name"),
        "actors": _actors(str(chosen.get("by", ""))),
        "kinds": audit_words.KINDS,
        "fields": form.known_fields,
        "sides": forms.SIDES,
        "moments": forms.SINCE,
        "reviews": forms.REVIEWS,
        "formats": history_table.FORMATS,
        "complaints": form.complaints,
        "said": said,
        "is_detailed": chosen.keys() & DETAILS,
        "head": verification.published_head(),
        **(_reviewing(request.user, asked, found, mark) if asked.review == "open" else {}),
    }
    return page(request, "audit/list.html", context, fragment="lines", status=status)


def _actors(chosen: str) -> list[tuple[str, str]]:
    """The choices, and the one that only an address can name."""
    named = chosen and chosen not in audit_words.ACTORS
    kind, _, name = chosen.partition(":")
    return [*forms.ACTORS, *([(chosen, audit_words.who(kind, name))] if named else [])]


def noun(record: str) -> str:
    return audit_words.RECORDS.get(record, record.replace("_", " "))


def _reviewing(person: Person, asked: Asked, found: Found, mark: Mark | None) -> dict[str, Any]:
    """How much is left, and the form that marks it; the boxes are beside what this person may mark."""
    leads = None if person.is_administrator else set(access.teams_led(person))
    tickable = {line.seq for line in found.lines if leads is None or line.team_id in leads}
    form = mark or Mark()
    return {
        "waiting": history.counted(asked),
        "tickable": tickable,
        "ticked": form.ticked,
        "mark_form": form,
        "newest": form.data.get("upto") if form.is_bound else max((line.seq for line in found.lines), default=0),
    }
