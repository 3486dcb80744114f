"""Files of calls on their way in, what takes them back, and the sample inventory."""

from typing import Any

from inventory.exchange import call_file
from inventory.models import Action, Call, Upload
from inventory.services import job as jobs
from inventory.services.intake import preview, taking
from inventory.services.intake import upload as uploads
from tests.writes.inventory import MODELS, MOST_CALLS
from tests.writes.world import World, write

Given = dict[str, Any]
NAMES = (
    "team",
    "feature",
    "call_key",
    "name",
    "model",
    "provider",
    "requests_per_month",
    "input_tokens",
    "output_tokens",
    "part",
)


def a_file(world: World) -> bytes:
    """Calls that are known, and new ones with their teams and features; now and then a row nobody can read."""
    rows = [row for _ in range(world.random.randint(1, 4)) for row in _rows(world)]
    return "\n".join([",".join(NAMES), *(",".join(f'"{row[name]}"' for name in NAMES) for row in rows)]).encode()


def _rows(world: World) -> list[dict[str, str]]:
    """A call; now and then with two parts, so that one that was whole is split."""
    row = _row(world)
    if world.chance(0.7):
        return [row]
    return [row, {**row, "part": "Sooner", "name": "", "model": ""}, {**row, "part": "Later", "name": "", "model": ""}]


def _row(world: World) -> dict[str, str]:
    known = world.any(Call.objects.select_related("team", "feature"))
    is_new = known is None or (world.chance(0.5) and Call.objects.count() < MOST_CALLS)
    volume = "many" if world.chance(0.05) else str(world.pick([1000, 46_000, world.random.randint(1, 9999)]))
    return {
        "team": world.name("Team").split(" ü")[0] if known is None else known.team.name.replace('"', '""'),
        "feature": world.name("Feature") if known is None else known.feature.name.replace('"', '""'),
        "call_key": f"taken-{world.token()[-6:]}" if is_new or known is None else known.key,
        "name": world.name("Call"), "model": world.pick(MODELS), "provider": "anthropic",
        "requests_per_month": volume, "input_tokens": "1500", "output_tokens": "40",
        "part": "",
    }  # fmt: skip


@write("intake.taking.import_inventory", 0.4)
def import_inventory(world: World) -> Given:
    own = {"file": call_file.read(a_file(world)), "name": "calls.csv", "check": world.chance(0.2)}
    return {**own, "person": None if world.chance(0.7) else world.person()}


@write("intake.undo.undo", 0.3)
def undo(world: World) -> Given | None:
    """The last import, or one on which others have built since."""
    found = list(Action.objects.filter(kind=taking.IMPORT).order_by("-seq")[:5])
    return {"action": found[0] if world.chance(0.7) else world.pick(found)} if found else None


def kept(world: World) -> Upload | None:
    """A file somebody has uploaded: a new one, or one of those before."""
    person = world.person()
    if person is None or (world.chance(0.3) and Upload.objects.exists()):
        return world.latest(Upload.objects.all())
    return uploads.keep(person=person, name="calls.csv", data=a_file(world), at=world.at)


def look(world: World, upload: Upload) -> None:
    """Have it read by its job, as a worker would."""
    job = jobs.claim(pk=uploads.read(upload=upload, by=world.by(), at=world.at).pk, worker="walk", at=world.at)
    assert job is not None
    upload.refresh_from_db()
    preview.look(job=job, upload=upload, at=world.at, told=lambda done: None)
    jobs.finish(job, at=world.at)


def looked_over(world: World) -> Upload | None:
    upload = kept(world)
    if upload is not None and upload.state == "columns" and world.chance(0.9):
        look(world, upload)
    return upload


@write("intake.upload.read", 0.2)
def read(world: World) -> Given | None:
    upload = kept(world)
    return None if upload is None else {"upload": upload}


@write("intake.upload.choose", 0.2)
def choose(world: World) -> Given | None:
    upload = kept(world)
    if upload is None:
        return None
    columns = {each: each if world.chance(0.9) else "" for each in upload.headings}
    return {"upload": upload, "columns": columns}


@write("intake.upload.answer", 0.2)
def answer(world: World) -> Given | None:
    upload = kept(world)
    return None if upload is None else {"upload": upload, "decimals": world.pick(["", "point"]), "days": ""}


@write("intake.upload.confirm", 0.2)
def confirm(world: World) -> Given | None:
    upload = looked_over(world)
    return None if upload is None else {"upload": upload}


@write("intake.upload.take_in", 0.4)
def take_in(world: World) -> Given | None:
    upload = looked_over(world)
    return None if upload is None or upload.state != "ready" else {"upload": upload, "along": taking.Along()}


@write("demo.load", 0.02)
def load_demo(world: World) -> Given:
    return {}


@write("demo.remove", 0.1)
def remove_demo(world: World) -> Given:
    return {}
