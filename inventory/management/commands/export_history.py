"""The history, or what it is narrowed to, as a file from the shell."""

from functools import partial
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain import audit_words
from inventory.forms.audit import ACTORS, REVIEWS, SIDES, SINCE, Filter
from inventory.management import whole_file
from inventory.models import Person, Team
from inventory.services.history import action as actions
from inventory.services.history import history, history_file, history_table, verification
from inventory.tasks.history import tell_head

FORMATS = tuple(form for form, _ in history_table.FORMATS)
FILTERS = {
    "team": "its name or number",
    "person": "who acted, by e-mail or number",
    "by": f"{', '.join(word for word, _ in ACTORS)}, or job:17",
    "kind": f"such as {audit_words.KINDS[0][0]}",
    "record": "such as call:17",
    "field": "such as part.deadline",
    "side": ", ".join(word for word, _ in SIDES),
    "since": ", ".join(word for word, _ in SINCE),
    "review": ", ".join(word for word, _ in REVIEWS),
    "first-day": "as 2026-11-22",
    "last-day": "as 2026-11-22",
}


class Command(BaseCommand):
    help = (
        "Write the history to FILE: .csv, .xlsx or .json for people, each with the head of the chain at its end, or "
        ".jsonl, all of it, for verify_history --file. Replaces the file if it exists. Without filters all is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=f"where to write it: {', '.join(FORMATS)}")
        for name, told in FILTERS.items():
            parser.add_argument(f"--{name}", default="", help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["file"])
        form = target.suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise CommandError(f"{target}: the name must end in .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}")
        given = {name: options[name] for name in (each.replace("-", "_") for each in FILTERS) if options[name]}
        if form == history_table.WHOLE and given:
            raise CommandError(f"{target}: a .jsonl file holds all of the history, so that it can be checked")
        write, notes = (_whole, []) if form == history_table.WHOLE else _narrowed(form, given)
        count = whole_file.written(target, write)
        tell_head()
        if options["verbosity"]:
            self.stdout.write("".join(f"{note}\n" for note in notes), ending="")
            self.stdout.write(f"{target}: {count:,} actions. Head {verification.published_head()}")


def _whole(file: IO[bytes]) -> int:
    return history_file.write(file, at=timezone.now()).actions


def _narrowed(form: str, given: dict[str, str]) -> tuple[Any, list[str]]:
    """What writes the file, and what is to be said of it; nothing is written where a filter means nothing."""
    numbers = {"team": partial(_number, Team, "name"), "person": partial(_number, Person, "email")}
    found = Filter(
        {name: numbers[name](value) if name in numbers else value for name, value in given.items()},
        fields=actions.field_choices(),
    )
    chosen = found.chosen()
    if found.complaints:
        words = {name: f"--{name.replace('_', '-')} {given[name]}" for name in found.errors if name in given}
        raise CommandError(f"nothing was written, since this means nothing here: {', '.join(words.values())}")
    asked, notes = history.asked(**chosen)
    said = ", ".join(f"{name} {value}" for name, value in given.items())
    return partial(history_table.write, form=form, asked=asked, said=said, at=timezone.now()), notes


def _number(model: Any, name: str, value: str) -> str:
    """By its number, or by the one name or e-mail that is this, capitals aside."""
    if value.isascii() and value.isdecimal():
        return value
    pk = model.objects.filter(**{f"{name}__iexact": value}).order_by("pk").values_list("pk", flat=True).first()
    return str(pk or 0)
