from itertools import groupby

from django.db import migrations, models

CHUNK = 1000


def fill(apps, schema_editor):
    """As services.pricing.weigh has it: from now on every write of a call's amounts keeps it."""
    Call, Part = apps.get_model("inventory", "Call"), apps.get_model("inventory", "Part")
    parts = Part.objects.filter(kind__in=["move_to_batch", "bring_back"]).select_related("call").order_by("call_id")
    found = []
    for call, moves in groupby(parts.iterator(chunk_size=CHUNK), key=lambda part: part.call):
        if call.cost_today is not None and call.cost_target is not None:
            effort = sum(part.effort_set or _points(call, part) for part in moves)
            call.worth = (call.cost_today - call.cost_target) // effort
            found.append(call)
        if len(found) == CHUNK:
            Call.objects.bulk_update(found, ["worth"])
            found = []
    Call.objects.bulk_update(found, ["worth"])


def _points(call, part):
    to_batch = part.kind == "move_to_batch"
    reasons = (
        call.is_split,
        call.is_split and to_batch,
        *(to_batch and x for x in (part.guard, call.tools, call.streaming)),
    )
    return min(5, 1 + sum(bool(reason) for reason in reasons))


class Migration(migrations.Migration):
    dependencies = [("inventory", "0012_part_priced_by")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="worth",
            field=models.BigIntegerField(
                default=0, editable=False, verbose_name="saving for each point of effort, a month"
            ),
        ),
        migrations.AddField(model_name="stagedprice", name="worth", field=models.BigIntegerField(default=0)),
        # PostgreSQL makes no index in the transaction in which rows of the table were written, so the rows come last.
        migrations.AddIndex(
            model_name="call",
            index=models.Index(condition=models.Q(("retired_at", None)), fields=["worth", "id"], name="call_by_worth"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
