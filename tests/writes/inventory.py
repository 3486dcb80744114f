"""Features, calls, their parts, and what people say about them."""

from decimal import Decimal
from typing import Any

from inventory.domain.part import Figures, Path
from inventory.models import Call, Comment, Feature, Part, Person, Team
from inventory.models.call import PROFILE, PROVIDERS
from tests.writes.world import World, write

MODELS = ("claude-sonnet-5-5", "claude-haiku-4-5", "claude-opus-4-5", "home-made")
MOST_FEATURES, MOST_CALLS, MOST_COMMENTS = 12, 40, 60
TEXTS = ("consumer", "reaches", "read_when", "deadline", "hand_over", "meanwhile")
SHARES = (Decimal(0), Decimal("0.3"), Decimal("0.72"), Decimal("0.123456"), Decimal(1))
Given = dict[str, Any]


def feature_fields(world: World) -> Given:
    people = list(Person.objects.active().order_by("pk"))
    owner = world.pick([None, *people])
    every: Given = {
        "name": world.name("Feature"), "description": world.text(), "product_owner": owner, "engineering_owner": owner,
        "first_guess": world.pick([None, 0, 40, 100]), "growth": world.pick([Decimal(0), Decimal("0.05")]),
    }  # fmt: skip
    return {name: value for name, value in every.items() if world.chance(0.5)}


@write("calls.feature.register")
def register_feature(world: World) -> Given | None:
    team = world.any(Team.objects.all())
    if team is None or Feature.objects.count() >= MOST_FEATURES:
        return None
    return {"team": team, "fields": {**feature_fields(world), "name": world.name("Feature")}}


@write("calls.feature.edit")
def edit_feature(world: World) -> Given | None:
    feature, fields = world.any(Feature.objects.all()), feature_fields(world)
    if feature is None:
        return None
    if world.chance(0.3):
        fields["team"] = world.any(Team.objects.all())
    return {"feature": feature, "version": world.version(feature), "fields": fields, "reason": world.reason()}


@write("calls.feature.retire", 0.15)
def retire_feature(world: World) -> Given | None:
    feature = world.any(Feature.objects.all())
    if feature is None:
        return None
    own = {"feature": feature, "version": world.version(feature)}
    return {**own, "reason": world.reason(), "with_calls": world.chance(0.6)}


@write("calls.feature.restore", 0.5)
def restore_feature(world: World) -> Given | None:
    feature = world.any(Feature.objects.exclude(retired_at=None)) or world.any(Feature.objects.all())
    return None if feature is None else {"feature": feature, "version": world.version(feature)}


def profile(world: World) -> Given:
    return {
        "requests": world.pick([0, 1, 1000, 1200, 90_000]), "uncached_input": world.pick([0, 500, 6000, 300_000]),
        "cacheable_prefix": world.pick([0, 2000, 50_000]), "output": world.pick([0, 40, 800]),
        "hit_share": world.pick(SHARES), "batch_hit_share": world.pick(SHARES), "expired_share": world.pick(SHARES[:2]),
        "searches": world.pick([Decimal(0), Decimal("0.5")]), "container_minutes": world.pick([Decimal(0), Decimal(2)]),
    }  # fmt: skip


def call_fields(world: World) -> Given:
    every = {
        "name": world.name("Call"), "description": world.text(), "provider": world.pick(PROVIDERS)[0],
        "model": world.pick(MODELS), "geo": world.pick(["", "us"]), "fast": world.chance(0.2),
        "write_1h": world.chance(0.3), "share_above": world.pick([None, Decimal("0.25")]),
        "today_path": world.pick([Path.REAL_TIME, Path.BATCH]), "path_assumed": world.chance(0.5),
        "figures": world.pick(list(Figures)), "streaming": world.pick([None, True, False]),
        "tools": world.pick([None, True, False]), "tag": world.text()[:20], "key": world.name("key").replace(" ", "-"),
        **profile(world),
    }  # fmt: skip
    return {name: value for name, value in every.items() if world.chance(0.25)}


@write("calls.call.register", 2)
def register_call(world: World) -> Given | None:
    feature = world.any(Feature.objects.all())
    if feature is None or Call.objects.count() >= MOST_CALLS:
        return None
    usual = {"provider": "anthropic", "model": MODELS[0], "today_path": Path.REAL_TIME, "name": world.name("Call")}
    usual |= {"requests": 1000, "uncached_input": 6000, "cacheable_prefix": 2000, "output": 800}
    return {"feature": feature, "fields": {**usual, **call_fields(world)}}


@write("calls.call.edit", 2)
def edit_call(world: World) -> Given | None:
    call, fields = world.any(Call.objects.all()), call_fields(world)
    if call is None:
        return None
    if world.chance(0.1):
        fields["feature"] = world.any(Feature.objects.all())
    return {"call": call, "version": world.version(call), "fields": fields, "reason": world.reason()}


@write("calls.call.retire", 0.3)
def retire_call(world: World) -> Given | None:
    call = world.any(Call.objects.all())
    return None if call is None else {"call": call, "version": world.version(call), "reason": world.reason()}


@write("calls.call.restore", 0.6)
def restore_call(world: World) -> Given | None:
    call = world.any(Call.objects.retired()) or world.any(Call.objects.all())
    return None if call is None else {"call": call, "version": world.version(call)}


@write("calls.part.split", 1.5)
def split(world: World) -> Given | None:
    """Some parts changed, some new, some left out; now and then too few, too small, or of another call."""
    call = world.any(Call.objects.live() if world.chance(0.95) else Call.objects.all())
    if call is None:
        return None
    old = list(call.parts.order_by("position"))
    known = [{"id": part.pk} for part in old if call.is_split and world.chance(0.8)]
    if world.chance(0.03):
        known.append({"id": -1})
    given = [{**each, **_part(world, call)} for each in [*known, *({} for _ in range(world.random.randint(0, 2)))]]
    return {"call": call, "version": world.version(call), "parts": given, "reason": world.reason()}


def _part(world: World, call: Call) -> Given:
    """Each does nearly always the work of the whole, so that they do not fall short together."""
    own: Given = {name: getattr(call, name) for name in PROFILE}
    if world.chance(0.1):
        own["requests"] //= 3
    own["model"] = world.pick(["", "", MODELS[1], "nobody-has-it"])
    return {"name": world.name("Part"), **own, **{name: world.text()[:40] for name in TEXTS if world.chance(0.2)}}


@write("calls.part.unsplit", 0.4)
def unsplit(world: World) -> Given | None:
    call = world.any(Call.objects.filter(is_split=True)) or world.any(Call.objects.all())
    return None if call is None else {"call": call, "version": world.version(call), "reason": world.reason()}


@write("calls.part.edit")
def edit_part(world: World) -> Given | None:
    part = world.any(Part.objects.all())
    if part is None:
        return None
    fields = {name: world.pick(["", "Shift lead", "Night run", "18:00"]) for name in TEXTS if world.chance(0.3)}
    return {"part": part, "version": world.version(part), "fields": fields}


def said(world: World) -> str:
    """Sometimes with a mention of somebody."""
    person = world.person()
    return f"{world.text()} @[{person.pk}]" if person is not None and world.chance(0.4) else world.text()


def speaking(world: World) -> Given | None:
    person = world.person()
    return None if person is None else {"person": person, "by": person.actor}


@write("talk.comment.write")
def comment(world: World) -> Given | None:
    call, who = world.any(Call.objects.all()), speaking(world)
    if call is None or who is None or Comment.objects.count() >= MOST_COMMENTS:
        return None
    part = world.pick([None, *call.parts.order_by("position")])
    return {"call": call, "part": part, "text": said(world), "token": world.token(), **who}


@write("talk.comment.reply")
def reply(world: World) -> Given | None:
    thread, who = world.any(Comment.objects.all()), speaking(world)
    if thread is None or who is None or Comment.objects.count() >= MOST_COMMENTS:
        return None
    return {"thread": thread, "text": said(world), "token": world.token(), **who}


@write("talk.comment.edit", 0.6)
def edit_comment(world: World) -> Given | None:
    found = world.any(Comment.objects.all())
    return None if found is None else {"comment": found, "version": world.version(found), "text": said(world)}


@write("talk.comment.delete", 0.2)
def delete_comment(world: World) -> Given | None:
    found = world.any(Comment.objects.all())
    return None if found is None else {"comment": found}


@write("talk.comment.resolve", 0.6)
def resolve(world: World) -> Given | None:
    thread, who = world.any(Comment.objects.filter(thread=None)), speaking(world)
    return None if thread is None or who is None else {"thread": thread, **who}


@write("talk.comment.reopen", 0.4)
def reopen(world: World) -> Given | None:
    thread = world.any(Comment.objects.exclude(resolved_at=None)) or world.any(Comment.objects.all())
    return None if thread is None else {"thread": thread}
