"""What came of each action, in the few words its line has room for."""

from collections.abc import Sequence

from inventory.domain import audit, audit_words, effect_words
from inventory.domain.plan import Kind
from inventory.models import Action, Change, Person
from inventory.models.call import KINDS
from inventory.services.history import action as actions
from inventory.services.history.action import Field, Touched

FEW = 12  # changes of one action that are looked at; of a larger one the number is told
UNDECIDED = dict(KINDS)[Kind.UNDECIDED]
OF_PARTS = ("label", "kind", "status")  # what is told of every part, whatever the action was about


def outcomes(found: Sequence[Action], viewer: Person) -> dict[int, str]:
    """By the action's number in the database, in a fixed number of queries; nothing that is blind for the viewer."""
    few = {action.pk: action for action in found if action.changes_count <= FEW}
    changes = _telling(few) if few else []
    of_action: dict[int, list[Touched]] = {}
    for change, touched in zip(changes, actions.touched(changes, viewer, by_name=False), strict=True):
        of_action.setdefault(change.action_id, []).append(touched)
    told = {pk: summary(few[pk].record, few[pk].record_id, touched) for pk, touched in of_action.items()}
    told |= {action.pk: effect_words.outcome([], [], action.changes_count) for action in found if action.pk not in few}
    return told


def _telling(few: dict[int, Action]) -> list[Change]:
    """The changes of what each action was about, and those of parts and sheets. Of what was created only the move of
    a part and the answers on a sheet are told: the rest of it is not read."""
    found = []
    for change in Change.objects.filter(action__in=few).order_by("action_id", "position"):
        about = (few[change.action_id].record, few[change.action_id].record_id)
        if change.before == "" and change.record == "part":
            change.after = audit.canonical({"kind": (actions.kept_state(change.after) or {}).get("kind")})
        if change.record in ("part", "sheet") or (change.before != "" and (change.record, change.record_id) == about):
            found.append(change)
    return found


def summary(record: str, record_id: str, touched: list[Touched]) -> str:
    """What was changed of that record, and what became of the label, move and status of every part."""
    own: list[tuple[str, str, str]] = []
    parts: list[str] = []
    for each in touched:
        about = (each.record, each.record_id) == (record, record_id) or each.record == "sheet"
        for field in each.fields if each.done != "removed" else ():
            if each.record == "part" and field.name in OF_PARTS:
                parts += _of_part(each, field)
            elif about and (each.done == "changed" or not field.name) and field.name not in audit_words.FOLLOWS:
                own.append((field.label, field.before, field.after))
    return effect_words.outcome(own, parts, 0)


def _of_part(part: Touched, field: Field) -> list[str]:
    """`label Waiting → Not waiting`; of a new part only the move it makes."""
    if part.done == "created":
        return [f"move {field.after}"] if field.name == "kind" and field.after != UNDECIDED else []
    return [f"{field.label.lower()} {field.before} → {field.after}"]
