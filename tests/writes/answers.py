"""The waiting test: sheets of both sides, and the ways out where they differ or rest on an older version."""

from typing import Any

from inventory.domain import waiting as domain
from inventory.domain.consumer import DAYS, UNITS
from inventory.domain.part import Label, State
from inventory.domain.people import Discipline
from inventory.domain.question import Field, Question
from inventory.models import Membership, Part, Person, Sheet
from inventory.services.calls import part as parts
from inventory.services.labelling import together, waiting
from inventory.services.labelling import version as versions
from tests.services.labelling.test_waiting import NOBODY_WAITS, SOMEBODY_WAITS
from tests.writes.world import COMMAND, World, write

SIDES = (Discipline.PRODUCT, Discipline.ENGINEERING)
FEW = 6  # parts answered more often than the others, so that some sheets are finished
Given = dict[str, Any]


def some_part(world: World, *states: State) -> Part | None:
    """One of few, or any: also of calls that are retired. Of these states where there is one."""
    rows = Part.objects.filter(state__in=states) if states else Part.objects.live()
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[: FEW if world.chance(0.8) else 1000])
    return Part.objects.get(pk=world.pick(pks)) if pks else world.any(Part.objects.all())


def sheet(world: World, part: Part, side: Discipline) -> Given:
    """A side's sheet as somebody of that side has it in hand, or as the sample writes it."""
    person = None if world.chance(0.4) else world.person(discipline=side)
    version = None if world.chance(0.3) else world.version(waiting.walk(part=part, side=side))
    own = {} if person is None else {"by": person.actor}
    return {"part": part, "side": side, "person": person, "version": version, **own}


def usual(world: World, side: Discipline) -> dict[str, dict[str, Any]]:
    """What leads to a label."""
    given = dict(world.pick([NOBODY_WAITS, NOBODY_WAITS, SOMEBODY_WAITS])[side])
    notice = domain.CURRENT.question("notice")
    if given.get("notice") == "nobody" and notice and "nobody" not in {option.id for option in notice.options}:
        given["notice"] = "team"
    return as_answers(given)


def as_answers(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: {"choice": each} if isinstance(each, str) else dict(each) for key, each in given.items()}


def answer_to(world: World, side: Discipline, question: Question) -> dict[str, Any]:
    """Mostly what leads to a label, else anything, now and then what no form lets through."""
    given = usual(world, side).get(question.id)
    if given is not None and world.chance(0.75):
        return given
    if world.chance(0.03):
        return world.pick([{}, {"choice": "no-such"}, {"choices": ["none", "unsure"]}])
    open_options = [option.id for option in question.options if not option.back]
    if question.many:
        return {"choices": [world.pick(open_options)]}
    chosen = world.pick(open_options)
    mine = [each for each in question.fields if each.belongs_to(chosen)]
    needed = {each.id for each in mine if chosen in each.needed_for or world.chance(0.5)}
    return {"choice": chosen, **{each.id: _field(world, each) for each in mine if each.id in needed}}


def _field(world: World, field: Field) -> Any:
    match field.kind:
        case "number":
            return world.random.randint(field.least, 60)
        case "unit":
            return world.pick(list(UNITS))
        case "time":
            return world.pick(["06:00", "18:30", "23:59"])
        case "days":
            return world.random.sample(list(DAYS), 2)
    return world.text()[:60]


def decided(world: World, *said: dict[Discipline, Any]) -> Part | None:
    """A part that nobody has begun, answered by both sides as `said`: what a draw may need first."""
    part = world.any(Part.objects.live().exclude(pk__in=Sheet.objects.values("part")))
    if part is None:
        return None
    for side, given in zip(SIDES, said, strict=True):
        own = {"part": part, "side": side, "by": COMMAND, "at": world.at}
        waiting.answer_all(answers=as_answers(given[side]), **own)
        waiting.submit(**own)
    return Part.objects.get(pk=part.pk)


def open_question(world: World, walk: waiting.Walk) -> Question | None:
    return walk.open or (world.pick(walk.questions) if walk.questions else None)


@write("labelling.waiting.answer", 8)
def answer(world: World) -> Given | None:
    part, side = some_part(world), world.pick(SIDES)
    if part is None:
        return None
    question = open_question(world, waiting.walk(part=part, side=side))
    if question is None:
        return None
    return {"question": question.id, "value": answer_to(world, side, question), **sheet(world, part, side)}


@write("labelling.waiting.answer_all", 3)
def answer_all(world: World) -> Given | None:
    """A whole side's usual answers, or any to the questions it has come to."""
    part, side = some_part(world), world.pick(SIDES)
    if part is None:
        return None
    given = usual(world, side)
    if world.chance(0.4):
        questions = waiting.walk(part=part, side=side).questions
        given = {each.id: answer_to(world, side, each) for each in questions if world.chance(0.5)}
    return {"answers": given, **sheet(world, part, side)}


@write("labelling.waiting.submit", 5)
def submit(world: World) -> Given | None:
    found = world.any(Sheet.objects.filter(submitted_at=None, part__is_live=True)) or world.any(Sheet.objects.all())
    return None if found is None else sheet(world, found.part, Discipline(found.side))


@write("labelling.waiting.reopen", 0.7)
def reopen(world: World) -> Given | None:
    found = world.any(Sheet.objects.exclude(submitted_at=None)) or world.any(Sheet.objects.all())
    if found is None:
        return None
    own = {"part": found.part, "side": Discipline(found.side), "reason": world.reason()}
    return {**own, "version": None if world.chance(0.5) else world.version(found)}


def of_a_side(world: World) -> tuple[Person, Discipline] | None:
    person = world.person(discipline__in=SIDES)
    return None if person is None else (person, Discipline(person.discipline))


@write("labelling.copying.copy")
def copy(world: World) -> Given | None:
    source, part, who = world.any(Sheet.objects.exclude(submitted_at=None)), some_part(world), of_a_side(world)
    if source is None or part is None or who is None:
        return None
    person, side = who
    version = world.version(waiting.walk(part=part, side=side))
    return {"part": part, "side": side, "source": source.part, "version": version, "person": person, "by": person.actor}


def alike(world: World, person: Person) -> tuple[Part, list[Part]]:
    """A part where this side is in, and others with its consumer: where there are any, those it has not begun."""
    if world.chance(0.3):
        made_alike(world)
    mine = Sheet.objects.filter(side=person.discipline, part__is_live=True).exclude(part__consumer="")
    found = world.any(mine.exclude(submitted_at=None))
    model = found.part if found else world.any(Part.objects.all())
    assert model is not None
    others = Part.objects.filter(consumer__iexact=model.consumer)
    begun = Sheet.objects.filter(side=person.discipline).values("part")
    return model, world.some(others.live().exclude(pk__in=begun)) or world.some(others)


def made_alike(world: World) -> None:
    """Two parts used by the same people, one of them answered."""
    model = decided(world, NOBODY_WAITS, NOBODY_WAITS)
    other = world.any(Part.objects.live().exclude(pk__in=Sheet.objects.values("part")))
    for part in filter(None, (model, other)):
        fields = {"consumer": "Shift lead"}
        part = Part.objects.get(pk=part.pk)
        parts.edit(part=part, version=part.version, fields=fields, by=COMMAND, at=world.at)


@write("labelling.together.begin", 1.5)
def begin(world: World) -> Given | None:
    editors = Membership.objects.filter(role__in=("member", "lead")).values("person")
    person = world.person(discipline__in=SIDES, pk__in=editors)
    who = (person,) if person else of_a_side(world)
    if who is None or not Part.objects.exists():
        return None
    model, others = alike(world, who[0])
    return {"model": model, "parts": [part.pk for part in others], "person": who[0], "by": who[0].actor}


@write("labelling.together.confirm", 1.5)
def confirm(world: World) -> Given | None:
    copied = world.any(Sheet.objects.filter(submitted_at=None).exclude(copied_part_id=None))
    person = copied.answered_by if copied else None
    if copied is None or person is None:
        return None
    model = Part.objects.filter(pk=copied.copied_part_id).first()
    if model is None:
        return None
    drafts = together.drafts(model, person)
    versions = {each.part.pk: world.version(each.walk) for each in drafts}
    return {"model": model, "versions": versions, "reason": world.reason(), "person": person, "by": person.actor}


def disputed(world: World) -> Part | None:
    if world.chance(0.2) or not Part.objects.filter(state=State.DISPUTED).exists():
        decided(world, NOBODY_WAITS, SOMEBODY_WAITS)
    return some_part(world, State.DISPUTED)


@write("labelling.reconcile.adopt")
def adopt(world: World) -> Given | None:
    part, who = disputed(world), of_a_side(world)
    if part is None or who is None:
        return None
    person, side = who
    version = world.version(waiting.walk(part=part, side=side))
    return {"part": part, "side": side, "person": person, "by": person.actor, "version": version}


@write("labelling.reconcile.settle")
def settle(world: World) -> Given | None:
    part = disputed(world)
    if part is None:
        return None
    label = world.pick([Label.WAITING, Label.NOT_WAITING])
    return {"part": part, "label": label, "reason": world.reason(), "version": world.version(part)}


@write("labelling.reconcile.open_sheet")
def open_sheet(world: World) -> Given | None:
    """Also before its time."""
    part = some_part(world, State.ONE_SIDE, State.UNLABELLED)
    return None if part is None else {"part": part}


def answered_earlier(world: World) -> list[int]:
    """Those that would come out otherwise, where any were found to; else any."""
    if world.chance(0.2):
        versions.work_out(at=world.at)
    if listed := world.some(Part.objects.filter(differing__isnull=False)):
        return [part.pk for part in listed]
    older = Part.objects.live().filter(test_version__lt=domain.CURRENT.version)
    return [part.pk for part in world.some(older) or world.some(Part.objects.all())]


@write("labelling.version.look_over", 0.5)
def look_over(world: World) -> Given:
    return {"parts": answered_earlier(world)}


@write("labelling.version.keep", 0.5)
def keep(world: World) -> Given:
    return {"parts": answered_earlier(world), "reason": world.reason()}


@write("labelling.version.start_if_due", 0.2)
def start_if_due(world: World) -> Given:
    return {}


@write("labelling.queue.take", 0.5)
def take(world: World) -> Given | None:
    who = of_a_side(world)
    return None if who is None else {"person": who[0]}
