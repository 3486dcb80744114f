"""Several processes that send the mail of the day at one moment, printed one after the other; for test_send_digest.py.

`python -m tests.management.senders COUNT` on the database of DATABASE_URL, into which it first writes something to tell.
They are forked from one that is ready: a start of Django each would take most of the time, and set them further apart.
"""

import io
import multiprocessing
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from inventory.services.talk import comment  # noqa: E402
from tests import factories  # noqa: E402


def tell() -> None:
    """Six people have something to hear. Nobody signs in: to hash a password well would take as long as all of it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    writer, team = factories.make_person(), factories.make_team()
    for number in range(6):
        feature = factories.make_feature(team=team, product_owner=factories.make_person(team=team))
        said = {"text": "Look", "token": f"{number}", "person": writer, "by": writer.actor, "at": timezone.now()}
        comment.write(call=factories.make_call(feature=feature), **said)


def send(wait: Callable[[], object], told: "multiprocessing.SimpleQueue[str]") -> None:
    out = io.StringIO()
    wait()
    with redirect_stdout(out):
        call_command("send_digest")
    told.put(out.getvalue())


def main(count: int) -> int:
    tell()
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # each opens its own
    fork = multiprocessing.get_context("fork")
    start, told = fork.Barrier(count), fork.SimpleQueue()
    processes = [fork.Process(target=send, args=(start.wait, told)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    while not told.empty():
        sys.stdout.write(told.get())
    return max(abs(process.exitcode or 0) for process in processes)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
