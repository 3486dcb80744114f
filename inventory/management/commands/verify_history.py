"""Walks the chain of actions and says where it breaks."""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory.domain import chain
from inventory.exchange import history_file as files
from inventory.services.history import history_file, verification


class Command(BaseCommand):
    help = (
        "Check that history is whole and that every record is as history left it; with --file, an exported history, "
        "for which no database is needed. Exits with 1 and names the first broken action if not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", type=_head, help="a head published earlier, as SEQ:HASH, to hold history against")
        parser.add_argument(
            "--against", metavar="HEADS", help="a file that names heads published earlier (- reads it from the input)"
        )
        parser.add_argument(
            "--publish", metavar="HEADS", help="add the head to this file, which belongs on another machine or disk"
        )
        parser.add_argument("--file", metavar="EXPORT", help="check this exported history (- reads it from the input)")

    def handle(self, *args: Any, **options: Any) -> None:
        published = _published(options["head"], options["against"])
        report = _of_file(options["file"], published) if options["file"] else verification.verify(published=published)
        if not report.is_whole:
            first, *others = report.findings
            more = "".join(f"\n  also {finding}" for finding in others)
            raise CommandError(f"History is broken. First: {first}{more}", returncode=1)
        self.stdout.write(f"History is whole: {report.seq} actions, {report.changes} changes.")
        if report.withheld:
            self.stdout.write(f"Of {report.withheld} actions only the place: their answers were still hidden.")
        if published:
            self.stdout.write(f"Every head published fits: {len(published)} of them.")
        self.stdout.write(f"Head {report.head}")
        if options["publish"]:
            _publish(options["publish"], report.head)


def _head(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError("write it as this command and the history page print it, SEQ:HASH")
    return int(found[1]), found[2]


def _published(head: tuple[int, str] | None, against: str | None) -> dict[int, str]:
    given = [] if head is None else [chain.head(*head)]
    try:
        if not against:
            return chain.heads(given)
        with _opened(against) as file:
            named = chain.heads(file)
        if not named:
            raise CommandError(f"{against}: no head stands in it, written as SEQ:HASH")
        return chain.heads([*given, *(chain.head(*each) for each in named.items())])
    except chain.TwoHeads as two:
        raise CommandError(f"{against}: names two different heads for action {two}") from two


def _of_file(name: str, published: dict[int, str]) -> verification.Report:
    try:
        with _opened(name) as file:
            return history_file.verify(file, published=published)
    except files.NoHistory as no:
        raise CommandError(f"{name}: {no}") from no


@contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    """Bytes that are no text are read as such marks, so that they count as altered."""
    if name == "-":
        yield sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8", errors="replace", newline="\n") as file:
            yield file
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror or error}") from error


def _publish(name: str, head: str) -> None:
    """One line more, on the disk before the command ends."""
    try:
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {head}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CommandError(f"cannot write {name}: {error.strerror or error}") from error
