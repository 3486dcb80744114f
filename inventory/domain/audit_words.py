"""How history reads: one sentence an action, a label a field, a value in words. None of it is stored with an action."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from inventory.domain import money

# What follows the name of whoever acted. {title} is the record, {team} its team.
SENTENCES: Mapping[str, str] = {
    "agreement.adopt": "took over the other side's answers on {title}",
    "agreement.open": "opened the sheet of {title} that waited for its other side",
    "agreement.settle": "settled the label of {title}",
    "call.edit": "changed the call {title}",
    "call.register": "registered the call {title}",
    "call.restore": "restored the call {title}",
    "call.retire": "retired the call {title}",
    "comment.delete": "deleted a comment on {title}",
    "comment.edit": "changed a comment on {title}",
    "comment.reopen": "reopened a thread on {title}",
    "comment.reply": "replied in a thread on {title}",
    "comment.resolve": "resolved a thread on {title}",
    "comment.write": "wrote a comment on {title}",
    "discount.agree": "set the discount {title}",
    "discount.withdraw": "took back the discount {title}",
    "exchange.demo_remove": "removed the sample inventory",
    "exchange.import": "imported {title}",
    "exchange.undo_import": "took back the import of {title}",
    "feature.edit": "changed the feature {title}",
    "feature.register": "registered the feature {title}",
    "feature.restore": "restored the feature {title}",
    "feature.retire": "retired the feature {title}",
    "frozen.freeze": "froze the plan as {title}",
    "job.cancel": "asked for a job to stop: {title}",
    "job.enqueue": "started a job: {title}",
    "notice.choose": "chose which notices to get",
    "move.overrule": "overruled how {title} is weighed",
    "move.set_status": "changed how far the move of {title} has come",
    "move.set_together": "changed how far moves of {team} have come",
    "move.walk_back": "walked back the move of {title}",
    "part.edit": "said who uses {title}",
    "part.split": "split the call {title}",
    "part.unsplit": "made the call {title} whole again",
    "people.anonymise": "took the name of {title} away for good",
    "people.begin": "set up this installation",
    "people.change_discipline": "changed which side {title} answers for",
    "people.change_password": "changed the password of {title}",
    "people.deactivate": "switched off the account of {title}",
    "people.edit": "changed the account of {title}",
    "people.enter": "signed in by a one-time link",
    "people.first_link": "made the link for the first administrator",
    "people.invite": "invited somebody to {team}",
    "people.join": "joined by an invitation",
    "people.reactivate": "switched on the account of {title} again",
    "people.reset_link": "asked for a link to set a new password",
    "people.set_administrator": "changed whether {title} is an administrator",
    "people.sign_in_link": "made a sign-in link for somebody locked out",
    "people.withdraw": "withdrew an invitation to {team}",
    "pricing.add": "added a price: {title}",
    "pricing.correct": "corrected a price: {title}",
    "pricing.end": "ended a price: {title}",
    "pricing.import": "imported prices: {title}",
    "pricing.load": "loaded {title}",
    "pricing.reprice": "re-priced the inventory: {title}",
    "review.mark": "reviewed {title}",
    "review.take_back": "took back the review of {title}",
    "scenario.delete": "deleted the scenario {title}",
    "scenario.edit": "changed the scenario {title}",
    "scenario.register": "made the scenario {title}",
    "team.add": "added somebody to {team}",
    "team.change_role": "changed somebody's role in {team}",
    "team.edit": "changed the team {title}",
    "team.register": "registered the team {title}",
    "team.remove": "took somebody out of {team}",
    "team.restore": "restored the team {title}",
    "team.retire": "retired the team {title}",
    "undo.redo": "put back what action {number} had taken back: {title}",
    "undo.some": "took back some of action {number}: {title}",
    "undo.fields": "took back some fields of action {number}: {title}",
    "undo.whole": "took back action {number}: {title}",
    "version.keep": "kept the label of {title}, whatever the test's new version decides",
    "version.look_over": "had both sides look over {title}, which the test's new version decides otherwise",
    "waiting.answer": "answered the waiting test of {title}",
    "waiting.answer_all": "answered the waiting test of {title} on one page",
    "waiting.reopen": "took back an answer sheet of {title}",
    "waiting.submit": "saved an answer sheet of {title}",
    "wave.arrange": "arranged moves of {team} into waves",
    "wave.edit": "changed the wave {title}",
    "wave.put": "put moves into the wave {title}",
    "wave.register": "planned the wave {title}",
    "wave.retire": "gave up the wave {title}",
    "wave.take_out": "took moves of {team} out of their waves",
}
COMMANDS: Mapping[str, str] = {
    "person": "A former member",
    "command": "The command {id}",
    "job": "Job {id}",
    "token": "Token {id}",
    "visitor": "Somebody not signed in",
}

# What one can look for: every kind of action with its verb alone.
KINDS = sorted(
    ((kind, phrase.format(title="…", team="a team", number="…")) for kind, phrase in SENTENCES.items()),
    key=lambda each: each[1],
)

# What one can look for besides people: what acted where nobody did it on a page, or what kind of work it was.
COMMAND_NAMES = ("import_inventory", "load_demo", "load_prices", "serve", "sign_in_link", "work")
IMPORTS = ("exchange.import", "exchange.undo_import", "pricing.import")
ACTORS: Mapping[str, str] = {
    "person": "A person",
    "import": "An import",
    "command": "Any command",
    **{f"command:{name}": f"The command {name}" for name in COMMAND_NAMES if name != "work"},
    "worker": "The worker, unasked",
    "job": "A job",
    "token": "A token",
    "visitor": "Somebody not signed in",
}

RECORDS: Mapping[str, str] = {
    "action": "Action", "call": "Call", "claude_model": "Model", "comment": "Comment",
    "dependency": "Wave after another",
    "discount": "Discount", "feature": "Feature", "file": "File", "frozen": "Version of the plan", "job": "Job",
    "link": "One-time link",
    "membership": "Membership", "modifier": "Price modifier", "notice_choices": "Choice of notices",
    "pair": "Both sides, apart", "part": "Part", "person": "Person", "price_book": "Price book", "price_row": "Price",
    "realised": "Realised saving", "review": "Review", "scenario": "Scenario", "sheet": "Answer sheet", "team": "Team",
    "wave": "Wave",
}  # fmt: skip

# Where the form's own label would not do in a list of changes.
LABELS: Mapping[str, str] = {
    "anonymised_at": "name and e-mail taken away",
    "batch_hit_share": "cache hit share in batch",
    "call.kind": "move",
    "call_id": "call",
    "container_minutes": "container minutes a request",
    "chosen": "told of",
    "copied": "still as copied",
    "copied_part_id": "number of the part copied",
    "cache": "cache hits in batch",
    "cost_target": "cost after, a month",
    "cost_today": "cost today, a month",
    "expired_share": "expires in batch and is repeated",
    "in_split": "one of several parts",
    "is_demo": "belongs to the sample",
    "is_live": "counted in totals",
    "kept_on": "kept as it is on version",
    "named_at": "name or e-mail changed",
    "on_id": "starts not before",
    "on_fees": "off the fees of tools too",
    "one_side_enough": "one side is enough",
    "one_sided": "label of one side only",
    "opens_after": "days until a lead may open a sheet",
    "part.kind": "move",
    "password_set_at": "password set",
    "path_assumed": "path today is assumed",
    "possible": "possible saving, a month",
    "requests": "requests a month",
    "rested_on": "facts the label rests on",
    "rule": "rule that decided",
    "saving": "saving, a month",
    "searches": "web searches a request",
    "sealed_at": "answers count from",
    "test_version": "version of the test",
    "thread_id": "in the thread on",
    "today_path": "runs today",
    "why": "why this move",
}
# What follows from what somebody did: left to the page of the action.
FOLLOWS = frozenset((
    "cost_today", "cost_target", "saving", "possible", "doubts", "why", "rested_on", "sealed_at", "is_live", "outcome",
    "rule", "confidence", "test_version", "one_sided", "copied", "copied_part_id", "answered_by_id", "submitted_at",
    "is_split", "in_split", "position", "blockers", "guard", "state", "reason",
    "kind",
))  # fmt: skip
# Records whose fields one can look for.
SOUGHT = ("call", "part", "feature", "team", "wave", "discount", "price_row", "person", "membership")
AMOUNTS = (
    "cost_today", "cost_target", "cost_before", "cost_after", "saving", "possible", "worth", "today", "after",
    "planned",
)  # fmt: skip
SHARES = (
    "growth", "hit_share", "batch_hit_share", "expired_share", "share", "share_above", "cache_share", "volume",
    "discount",
)  # fmt: skip
NOTHING = "–"


def who(actor_kind: str, actor_id: str, name: str = "") -> str:
    """A person by their living name, whatever they were called then; commands, jobs and tokens by what they are."""
    return name or COMMANDS.get(actor_kind, "{id}").format(id=actor_id)


def sentence(kind: str, *, title: str, team: str, number: str = "") -> str:
    """What was done, to follow the name of who did it; `number` is of the action it is about. A kind nobody has words
    for is named plainly."""
    wording = SENTENCES.get(kind, "did {kind}: {title}" if title else "did {kind}")
    return wording.format(
        kind=kind.replace(".", " ").replace("_", " "), title=title or "something", team=team or "a team", number=number
    )


def label(field: str, own: str = "", record: str = "") -> str:
    """How a field is called, of that record where it differs; `own` is what its form calls it."""
    found = LABELS.get(f"{record}.{field}") or LABELS.get(field) or own or field.removesuffix("_id").replace("_", " ")
    return found[:1].upper() + found[1:]


def value(field: str, stored: object) -> str:
    """A stored value as people read it; names, choices and answers are put into words by whoever knows them."""
    if stored in (None, "", [], {}):
        return NOTHING
    if isinstance(stored, bool):
        return "yes" if stored else "no"
    if isinstance(stored, int):
        return money.shown(stored) if field in AMOUNTS else f"{stored:,}"
    if isinstance(stored, list):
        return ", ".join(str(each) for each in stored)
    if isinstance(stored, dict):
        return ", ".join(f"{key}: {each}" for key, each in stored.items() if each not in (None, ""))
    return _share(str(stored)) if field in SHARES else str(stored)


def moment(stored: str) -> datetime | None:
    """The moment a stored text is, if it is one."""
    if not stored[:4].isdigit():  # most texts are none, and to find that out by reading them takes long
        return None
    try:
        return datetime.strptime(stored, "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return None


def _share(stored: str) -> str:
    try:
        return f"{(Decimal(stored) * 100).normalize():f} %"
    except InvalidOperation:
        return stored
