"""Fills an empty database with an inventory of a given size, priced and with history, the way the services store it."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from inventory.domain.audit import Actor
from inventory.domain.book import Book
from inventory.domain.part import Label, State
from inventory.exchange import call_row
from inventory.models import Call, Feature, Membership, Part, Person, Team
from inventory.models.call import PROFILE
from inventory.services import audit
from inventory.services.prices import price_load, pricing

FILLED = (
    *call_row.REQUIRED, "cacheable_prefix_tokens", "cache_hit_share", "provider", "path", "figures_are", "description",
    "code_location",
)  # fmt: skip
AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
BY = Actor("command", "bench")
CHUNK = 2000
WORDS = ("summary", "digest", "tagging", "preview", "reply", "review", "ranking", "extraction", "citation", "routing")
MODELS = (
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "claude-opus-5-5",
    "claude-sonnet-4-6",
    "claude-haiku-4-5",
    "home-made",
)
LABELS = (
    (Label.NONE, State.UNLABELLED),
    (Label.NONE, State.ONE_SIDE),
    (Label.NONE, State.DISPUTED),
    (Label.WAITING, State.AGREED),
    (Label.NOT_WAITING, State.AGREED),
    (Label.NOT_WAITING, State.SETTLED),
)


def inventory(calls: int) -> Person:
    """`calls` calls in calls/50 features of at most 50 teams, every fifth split; a tenth as many further actions."""
    dice = random.Random(calls)
    price_load.load_packaged(by=BY, at=AT)
    book = pricing.book(AT.date())
    person = _person()
    teams = Team.objects.bulk_create([Team(name=f"Team {n}") for n in range(max(1, min(50, calls // 100)))])
    Membership.objects.bulk_create([Membership(team=team, person=person, role="lead") for team in teams])
    features = Feature.objects.bulk_create(
        [
            Feature(team=teams[n % len(teams)], name=f"{dice.choice(WORDS)} {n}", first_guess=dice.randrange(0, 100, 5))
            for n in range(max(1, calls // 50))
        ]
    )
    for numbers in _chunks(range(calls)):
        _calls(numbers, features, book, dice)
    _history(calls // 10)
    return person


def csv_file(rows: int, key: str = "import") -> bytes:
    """New calls as people's files have them: half of the columns filled, in 50 teams and 2,000 features."""
    dice = random.Random(rows)
    lines = [",".join(FILLED)]
    for n in range(rows):
        words = " ".join(dice.sample(WORDS, 3))
        lines.append(
            f"Import {n % 50},{words.split()[0]} {n % 2000},{key}-{n},{words.capitalize()} {n},{dice.choice(MODELS)},"
            f"{dice.randrange(100, 500_000)},{dice.randrange(5000, 20_000)},{dice.randrange(20, 2000)},4096,0.72,"
            f"anthropic,real_time,measured,Makes the {words} of one record from its text.,app/{words.split()[1]}.py:{n % 400}"
        )
    return "\n".join(lines).encode()


def _person() -> Person:
    person = Person(name="Bench", email="bench@example.test", discipline="product", is_administrator=True, joined_at=AT)
    person.set_unusable_password()
    person.save()
    return person


def _calls(numbers: Sequence[int], features: Sequence[Feature], book: Book, dice: random.Random) -> None:
    drafts = [_call(n, features[n % len(features)], dice) for n in numbers]
    made = [(call, _parts(call, dice)) for call in drafts]
    for call, parts in made:
        pricing.apply(call, parts, book=book)
    with transaction.atomic():
        Call.objects.bulk_create([call for call, _ in made])
        parts = [part for call, own in made for part in own]
        for part in parts:
            part.call_id = part.call.pk
        Part.objects.bulk_create(parts)
        after = audit.states(*(call for call, _ in made), *parts)
        audit.record(
            kind="exchange.import", by=BY, at=AT, subject=features[0].team, before={}, after=after, reason="Bench"
        )


def _call(number: int, feature: Feature, dice: random.Random) -> Call:
    words = " ".join(dice.sample(WORDS, 3))
    name = f"{words.capitalize()} {number}"
    model = dice.choice(MODELS)
    return Call(
        feature=feature,
        team=feature.team,
        key=f"bench-{number}",
        name=name,
        description=f"Makes the {words} of one record from its text and stores it with the record.",
        provider="anthropic",
        model=model,
        today_path="batch" if dice.random() < 0.1 else "real_time",
        requests=dice.randrange(100, 500_000),
        uncached_input=dice.randrange(200, 20_000),
        cacheable_prefix=dice.choice((0, 1024, 4096)),
        output=dice.randrange(20, 2_000),
        hit_share=Decimal(dice.randrange(0, 100)) / 100,
        is_split=number % 5 == 0,
        search_text=f"{name} bench-{number} {feature.name} {feature.team.name} {model}".lower(),
    )


def _parts(call: Call, dice: random.Random) -> list[Part]:
    profile = {name: getattr(call, name) for name in PROFILE}
    names = ("Preview", "Full pass") if call.is_split else (call.name,)
    return [_part(call, position, name, profile, dice) for position, name in enumerate(names)]


def _part(call: Call, position: int, name: str, profile: dict[str, object], dice: random.Random) -> Part:
    label, state = dice.choice(LABELS)
    return Part(
        call=call, team=call.team, feature=call.feature, position=position, name=name, consumer="a reader of the record",
        read_when="next morning", label=label, state=state, outcome=label, **profile,
    )  # fmt: skip


def _history(actions: int) -> None:
    """Small actions, as people make them: one changed field each."""
    for numbers in _chunks(range(actions)):
        with transaction.atomic():
            for call in Call.objects.order_by("pk")[numbers.start : numbers.stop]:
                before = audit.states(call)
                call.tag = f"tag {call.pk}"
                call.write("tag")
                at = AT + timedelta(minutes=call.pk)
                audit.record(kind="call.edit", by=BY, at=at, subject=call, before=before, after=audit.states(call))


def _chunks(numbers: range) -> Iterator[range]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]
