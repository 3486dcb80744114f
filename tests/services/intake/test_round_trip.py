"""What was exported comes back: unchanged it changes nothing, edited it is held against what the app has done since."""

import csv
import io
import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inventory.domain.audit import Actor
from inventory.exchange import call_file, call_row, csv_out
from inventory.models import Action, Call, Feature, Part, Team
from inventory.services.calls import call as calls
from inventory.services.calls import feature as features
from inventory.services.files import listed
from inventory.services.intake import taking
from inventory.services.people import team
from tests import office

BY = Actor("command", "test")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prices")]
ASKED = {"words": "", "filters": {}, "sort": "name"}
TEXTS = ("=1+1", "'=x", "''-y", "-5", "+49", "0012", "2026-11-22", "1.000", 'é, "ü"; ✓', "TRUE", "", "@", "x" * 90)


def exported(kind: str, *, picked: tuple[int, ...] = ()) -> bytes:
    file = io.BytesIO()
    found = listed.found("inventory", ASKED, picked=picked, on=datetime.now().date())  # noqa: DTZ005
    listed.write(file, kind, found, told=lambda done, total: None)
    return file.getvalue()


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def edited(data: bytes, *changes: tuple[str, str, str]) -> bytes:
    """With cells changed, each told as the key of its call, its column and what it shall say."""
    head, *rows = table(data)
    for key, column, value in changes:
        next(row for row in rows if row[head.index("call_key")] == key)[head.index(column)] = value
    return csv_out.written([head, *rows])


def taken_in(data: bytes, now: datetime, **given: Any) -> taking.Summary:
    return taking.import_inventory(file=call_file.read(data), name="calls.csv", by=BY, at=now, **given)


def problems(data: bytes, now: datetime, **given: Any) -> list[str]:
    before = Action.objects.count()
    with pytest.raises(taking.Refused) as refusal:
        taken_in(data, now, **given)
    assert Action.objects.count() == before
    return [str(problem) for problem in refusal.value.problems]


def register(now: datetime, feature: Feature, key: str, **fields: Any) -> Call:
    plain = {
        "key": key, "name": f"Name of {key}", "provider": "anthropic", "model": "claude-haiku-4-5", "requests": 1000,
        "today_path": "real_time", "uncached_input": 500, "cacheable_prefix": 1000, "output": 40, "tag": "then",
    }  # fmt: skip
    return calls.register(feature=feature, fields={**plain, **fields}, by=BY, at=now)


def change(now: datetime, which: str, **fields: Any) -> None:
    call = Call.objects.get(key=which)
    calls.edit(call=call, version=call.version, fields=fields, by=BY, at=now)


@pytest.fixture
def feature(now: datetime) -> Feature:
    owner = team.register(name="Documents", by=BY, at=now)
    return features.register(team=owner, fields={"name": "Tickets"}, by=BY, at=now)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_whatever_is_in_it_an_unchanged_file_changes_nothing(now: datetime, feature: Feature, kind: str) -> None:
    dice = random.Random(7)
    for n in range(40):
        fields: dict[str, Any] = {
            name: dice.choice(TEXTS) for name in ("tag", "workspace", "prompt_name", "entry_point")
        }
        fields |= {name: dice.choice((None, True, False)) for name in ("streaming", "tools")}
        fields |= {name: Decimal(dice.randrange(10**6 + 1)) / 10**6 for name in ("hit_share", "expired_share")}
        fields |= {name: Decimal(dice.randrange(10**8)) / 10**4 for name in ("searches", "container_minutes")}
        fields |= {
            "requests": dice.randrange(10**12),
            "output": dice.randrange(10**9),
            "description": dice.choice((*TEXTS, "a\n=b")),
        }
        fields |= {"today_path": dice.choice(("real_time", "batch")), "path_assumed": dice.random() < 0.5}
        fields |= {
            "provider": dice.choice(tuple(call_row.PROVIDERS)),
            "figures": dice.choice(tuple(call_row.FIGURES)),
        }
        register(now, feature, f"{dice.choice(('=', '', chr(39) + '-', '00'))}{n}", **fields)
    features.edit(feature=feature, version=1, fields={"growth": Decimal("-0.025001")}, by=BY, at=now)
    data, before = exported(kind), list(Call.objects.order_by("pk").values())
    summary = taken_in(data, now)
    assert (summary.rows, summary.unchanged, summary.seq) == (40, 40, None)
    assert list(Call.objects.order_by("pk").values()) == before
    change(now, Call.objects.filter(pk=before[0]["id"]).values_list("key", flat=True).get(), requests=77)
    assert taken_in(data, now).seq is None, "what changed in the app alone stays"
    assert Call.objects.get(pk=before[0]["id"]).requests == 77


def test_each_cell_goes_by_what_it_was_at_the_export(now: datetime, feature: Feature) -> None:
    for key in ("a", "b"):
        register(now, feature, key)
    data = exported("csv")
    change(now, "a", requests=2000, name="Renamed", output=50)
    file = edited(data, ("a", "tag", "edited"), ("a", "output_tokens", "50"), ("b", "output_tokens", "44"))
    summary = taken_in(file, now)
    found = Call.objects.get(key="a")
    assert (found.requests, found.name, found.tag, found.output) == (2000, "Renamed", "edited", 50)
    assert (Call.objects.get(key="b").output, summary.changed) == (44, 2)


def test_a_cell_that_both_changed_is_a_conflict_until_somebody_chooses(now: datetime, feature: Feature) -> None:
    register(now, feature, "a")
    data = exported("csv")
    change(now, "a", requests=2000)
    file = edited(data, ("a", "requests_per_month", "3000"), ("a", "tag", "edited"))
    said = "row 2, requests_per_month: was 1000 at the export and is 2000 in the app now: choose one"
    assert problems(file, now) == [said]
    assert taken_in(file, now, prefer="app").changed == 1
    assert (Call.objects.get().requests, Call.objects.get().tag) == (2000, "edited")
    taken_in(file, now, prefer="file")
    assert Call.objects.get().requests == 3000


def test_a_cell_that_was_emptied_is_emptied(now: datetime, feature: Feature) -> None:
    register(now, feature, "a", provider="bedrock", hit_share=Decimal("0.5"), streaming=True)
    emptied = ("tag", "provider", "cacheable_prefix_tokens", "cache_hit_share", "streaming", "path", "description")
    file = edited(exported("csv"), *(("a", column, "") for column in emptied))
    taken_in(file, now)
    found = Call.objects.get()
    assert (found.tag, found.provider, found.cacheable_prefix, found.uncached_input) == ("", "unknown", 0, 1500)
    assert (found.hit_share, found.streaming, found.path_assumed) == (0, None, True)
    assert problems(edited(exported("csv"), ("a", "name", "")), now) == ["row 2, name: is empty: every row needs it"]


def test_whatever_the_app_renamed_its_rows_are_known(now: datetime, feature: Feature) -> None:
    register(now, feature, "a")
    data = exported("csv")
    owner = feature.team
    team.edit(team=owner, version=owner.version, name="Papers", one_side_enough=False, by=BY, at=now)
    feature.refresh_from_db()
    features.edit(feature=feature, version=feature.version, fields={"name": "Mails"}, by=BY, at=now)
    change(now, "a", key="other")
    assert taken_in(data, now).seq is None
    taken_in(edited(data, ("a", "tag", "x")), now)
    assert (Call.objects.get().tag, Feature.objects.count(), Team.objects.count()) == ("x", 1, 1)
    moved = edited(data, ("a", "feature", "Elsewhere"))
    assert "names a call of Mails of Papers: a file does not move calls" in problems(moved, now)[0]


def test_a_call_is_not_named_by_its_old_key_and_its_new_one(now: datetime, feature: Feature) -> None:
    register(now, feature, "a")
    data = exported("csv")
    change(now, "a", key="b")
    head, row = table(data)
    new = [
        {"call_key": "b", call_row.stamp.COLUMN: ""}.get(column, cell) for column, cell in zip(head, row, strict=True)
    ]
    for rows in ([row, new], [new, row]):
        assert problems(csv_out.written([head, *rows]), now) == [
            "row 3, call_key: is of the call that row 2 names already by its other key"
        ]


def test_a_key_that_was_edited_and_a_stamp_that_was_are_told(now: datetime, feature: Feature) -> None:
    register(now, feature, "a")
    data = exported("csv")
    told = "row 2, call_key: is not the key of the call that this row was exported from. Write a, or empty exported_as"
    assert problems(edited(data, ("a", "call_key", "b")), now)[0].startswith(told)
    told = "row 2, exported_as: is not as it was exported: put it back, or empty it for a new row"
    assert problems(edited(data, ("a", "exported_as", "call-1")), now) == [told]
    head, first = table(data)
    copied = [*first]
    copied[head.index("call_key")] = "copied"
    summary = taken_in(csv_out.written([head, first, copied]), now)
    assert (summary.new_calls, summary.unchanged) == (1, 1)


def test_calls_that_are_gone_and_rows_that_are_gone(now: datetime, feature: Feature) -> None:
    first, second = register(now, feature, "a"), register(now, feature, "b")
    data = exported("csv")
    head, one, two = table(data)
    assert taken_in(csv_out.written([head, two]), now).seq is None, "a row that is not there deletes nothing"
    calls.retire(call=first, version=first.version, reason="", by=BY, at=now)
    assert "names a retired call" in problems(data, now)[0]
    Part.objects.filter(call=second).delete()
    Call.objects.filter(pk=second.pk).delete()
    assert "was deleted since the export" in problems(csv_out.written([head, two]), now)[0]


def test_a_file_of_another_installation_is_read_like_any_other(now: datetime, feature: Feature) -> None:
    call = register(now, feature, "a")
    data = exported("csv")
    mark = Action.objects.latest("seq").hash[:8]
    change(now, "a", tag="now")
    taken_in(data.replace(mark.encode(), b"01234567"), now)
    call.refresh_from_db()
    assert call.tag == "then"


def test_how_a_feature_grows_is_held_against_the_export_too(now: datetime, feature: Feature) -> None:
    for key in ("a", "b"):
        register(now, feature, key)
    data = exported("csv")
    features.edit(feature=feature, version=1, fields={"growth": Decimal("0.05")}, by=BY, at=now)
    assert taken_in(data, now).seq is None
    both = edited(data, *((key, "growth_per_month", "3 %") for key in ("a", "b")))
    assert problems(both, now) == [
        "row 2, growth_per_month: was 0 % at the export and is 5 % in the app now: choose one"
    ]
    taken_in(both, now, prefer="file")
    assert str(Feature.objects.get().growth) == "0.030000"


def test_the_queries_of_a_preview_do_not_grow_with_the_rows(
    now: datetime, feature: Feature, django_assert_max_num_queries: Any
) -> None:
    for n in range(32):
        register(now, feature, f"k{n}")
    data = exported("csv")
    for n in range(32):
        change(now, f"k{n}", requests=n)
    with django_assert_max_num_queries(30):
        assert taken_in(data, now, check=True).unchanged == 32


def test_only_ticked_and_live_calls_go_out(now: datetime, feature: Feature) -> None:
    found = [register(now, feature, key) for key in ("a", "b", "c")]
    calls.retire(call=found[1], version=1, reason="", by=BY, at=now)
    assert [row[2] for row in table(exported("csv"))] == ["call_key", "a", "c"]
    assert [row[2] for row in table(exported("csv", picked=(found[2].pk, found[1].pk)))] == ["call_key", "c"]


@pytest.mark.soak
@office.needed
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_that_libreoffice_saved_again_changes_nothing(
    now: datetime, feature: Feature, kind: str, tmp_path: Path
) -> None:
    for n, text in enumerate(TEXTS):
        shares = {"hit_share": Decimal("0.000001"), "expired_share": Decimal("0.333333")}
        register(now, feature, f"k{n}", tag=text, requests=10**11 + n, description="a\nb", **shares)
    file = tmp_path / "calls.xlsx"
    file.write_bytes(exported("xlsx"))
    summary = taken_in(office.saved(file, kind, tmp_path), now)
    assert (summary.unchanged, summary.seq) == (len(TEXTS), None)
