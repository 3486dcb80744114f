"""The rules over every way through the test, and the nine disguises as people would answer them."""

from dataclasses import replace
from functools import cache

import pytest

from inventory.domain import waiting
from inventory.domain.consumer import REST, Answers, Need, Reader, choice, moment, slack_of
from inventory.domain.rule import Confidence, Outcome
from inventory.domain.verdict import Verdict, decide
from tests.domain.walks import BOTH, ENGINEERING, LATES, LINE, PRODUCT, WEEKLY, between, pick, ways

SHEETS = pytest.mark.parametrize("sides", [(PRODUCT,), (ENGINEERING,), BOTH], ids=["product", "engineering", "merged"])
NONE = {"choices": ["none"]}


@cache
def decided(sides: tuple[str, ...]) -> list[tuple[Answers, Verdict]]:
    """Every complete sheet with its verdict."""
    return [(a, decide(a, line_hours=LINE)) for parts in (False, True) for a in ways(sides, parts=parts)]


@SHEETS
def test_every_way_ends_in_one_outcome_that_names_its_reason(sides):
    for answers, verdict in decided(sides):
        assert verdict.outcome in set(Outcome), answers
        assert verdict.rule in range(11), answers
        assert verdict.decided_by in answers, answers
        assert all((verdict.headline, verdict.says, verdict.text, verdict.because, verdict.would_change)), answers
        assert (verdict.label != "") == (verdict.outcome in ("waiting", "not_waiting")), answers


@SHEETS
def test_the_same_answers_in_any_order_give_the_same_verdict(sides):
    for answers, verdict in decided(sides)[::7]:
        assert decide(dict(reversed(answers.items())), line_hours=LINE) == verdict


@SHEETS
def test_not_knowing_the_consumer_and_the_need_is_never_batch(sides):
    found = [
        (answers, verdict)
        for answers, verdict in decided(sides)
        if moment(answers).reader is Reader.UNSURE and moment(answers).need is None
    ]
    assert found
    assert {verdict.outcome for _, verdict in found} == {Outcome.UNDECIDED}


@SHEETS
def test_not_knowing_the_consumer_is_never_batch_for_sure(sides):
    sure = [
        answers
        for answers, verdict in decided(sides)
        if Reader.UNSURE in _readers(answers)
        and verdict.outcome in (Outcome.NOT_WAITING, Outcome.HYBRID)
        and verdict.confidence is Confidence.HIGH
    ]
    assert sure == []


@SHEETS
def test_a_shorter_need_never_takes_away_who_waits(sides):
    """Neither for the whole nor for the rest, and whatever would then be asked anew is not answered for anybody."""
    for answers, verdict in decided(sides):
        if verdict.outcome not in (Outcome.WAITING, Outcome.HYBRID):
            continue
        for late in ("late", f"{REST}late"):
            given = choice(answers, late)
            for shorter in LATES[: LATES.index(given)] if given not in ("", "unsure") else ():
                changed = _still_asked(sides, {**answers, late: pick(shorter)})
                assert decide(changed, line_hours=LINE).outcome is not Outcome.NOT_WAITING, (answers, late, shorter)


@SHEETS
def test_contradictions_wait_and_are_never_sure(sides):
    for answers, verdict in decided(sides):
        if verdict.conflicts:
            assert verdict.confidence is Confidence.LOW, answers
            assert verdict.outcome is not Outcome.NOT_WAITING, answers


@SHEETS
def test_what_is_undecided_is_never_sure(sides):
    assert {v.confidence for _, v in decided(sides) if v.outcome is Outcome.UNDECIDED} == {Confidence.LOW}


@SHEETS
def test_who_is_held_up_never_ends_in_batch(sides):
    for answers, verdict in decided(sides):
        if moment(answers).held:
            assert verdict.outcome in (Outcome.WAITING, Outcome.HYBRID, Outcome.UNDECIDED), answers


def test_one_system_more_on_the_way_to_the_same_reader_changes_nothing():
    hop_of = {"person_now": "person_held", "person_later": "person_later", "nobody": "nobody", "unsure": "unsure"}
    for answers, verdict in decided(BOTH)[::5]:
        first = choice(answers, "first")
        if first == "system":
            longer = {**answers, "hop2": answers["hop1"], "hop1": pick("system")}
        else:
            longer = {**answers, "first": pick("system"), "hop1": pick(hop_of[first])}
        assert _gist(decide(longer, line_hours=LINE)) == _gist(verdict), answers


def test_a_result_passed_on_five_times_has_an_unknown_reader():
    hops = {f"hop{n}": pick("system") for n in range(1, 6)}
    verdict = decide({"first": pick("system"), **hops, "late": pick("hour"), "needed": pick("all")}, line_hours=LINE)
    assert (verdict.outcome, verdict.rule) == (Outcome.UNDECIDED, 0)


def test_a_clear_case_takes_six_pages_at_most():
    clear = [
        answers
        for sides in ((PRODUCT,), (ENGINEERING,))
        for answers, verdict in decided(sides)
        if verdict.outcome in (Outcome.WAITING, Outcome.NOT_WAITING)
        and not verdict.conflicts
        and not {"hop1", "times"} & set(answers)
        and choice(answers, "needed") == "all"
    ]
    assert max(len(answers) for answers in clear) == 6


@pytest.mark.parametrize(
    ("answers", "outcome", "rule", "confidence"),
    [
        ({"first": pick("unsure"), "late": pick("hour")}, "undecided", 0, "low"),
        ({"first": pick("person_now"), "meanwhile": pick("comes_back"), "late": pick("minutes")}, "waiting", 2, "high"),
        ({"first": pick("person_now"), "meanwhile": pick("stays"), "late": pick("next_day")}, "waiting", 3, "low"),
        ({"first": pick("person_later"), "late": pick("seconds")}, "waiting", 4, "low"),
        ({"first": pick("person_later"), "late": pick("hour")}, "waiting", 5, "medium"),
        ({"first": pick("person_later"), "late": pick("hour"), "standin": pick("nothing")}, "waiting", 5, "medium"),
        ({"first": pick("person_later"), "late": pick("hour"), "standin": pick("repeat")}, "not_waiting", 5, "low"),
        ({"first": pick("person_later"), "late": pick("hour"), "standin": pick("older")}, "not_waiting", 5, "medium"),
        ({"first": pick("person_later"), "late": pick("set_time")}, "undecided", 6, "low"),
        ({"first": pick("person_later"), "late": pick("set_time"), "times": WEEKLY}, "not_waiting", 6, "high"),
        ({"first": pick("person_later"), "late": pick("next_day")}, "not_waiting", 7, "medium"),
        ({"first": pick("nobody"), "late": pick("longer")}, "not_waiting", 8, "high"),
        ({"first": pick("person_later"), "late": pick("unsure")}, "undecided", 9, "low"),
        ({"first": pick("nobody"), "late": pick("longer"), "limits": {"choices": ["streaming"]}}, "not_waiting", 10, "high"),
    ],
)  # fmt: skip
def test_each_rule_decides_its_case(answers, outcome, rule, confidence):
    fitting = {"seconds": "customer", "minutes": "customer", "longer": "nobody"}
    notice = fitting.get(choice(answers, "late"), "colleague")
    verdict = decide({"needed": pick("all"), "notice": pick(notice), **answers}, line_hours=LINE)
    assert (verdict.outcome, verdict.rule, verdict.confidence) == (outcome, rule, confidence)


@pytest.mark.parametrize(
    ("times", "outcome", "guarded"),
    [
        (between("05:25", "06:00"), "waiting", False),
        (between("02:01", "06:00"), "waiting", False),
        (between("02:00", "06:00"), "not_waiting", True),
        (between("06:01", "06:00"), "not_waiting", True),
        (WEEKLY, "not_waiting", False),
        (pick("no", final="21:00", read="06:00", start="05:00"), "waiting", False),
        (pick("unsure", final="21:00", read="06:00", start="01:00"), "not_waiting", True),
        (pick("unsure"), "undecided", False),
    ],
)
def test_the_time_between_inputs_and_reader_decides_by_a_set_time(times, outcome, guarded):
    answers = {"first": pick("person_later"), "late": pick("set_time"), "times": times, "needed": pick("all")}
    verdict = decide(answers, line_hours=LINE)
    assert (verdict.outcome, verdict.guard is not None) == (outcome, guarded)


def test_slack_is_the_shortest_over_all_readings():
    weekdays = ["mon", "tue", "wed", "thu", "fri"]
    assert slack_of(pick("yes", final="18:00", final_days=weekdays, read="08:00", read_days=weekdays)) == 14 * 60
    assert slack_of(pick("yes", final="18:00", final_days=["fri"], read="08:00", read_days=["mon", "tue"])) == 62 * 60
    assert slack_of(pick("yes", final="08:00", read="08:00")) == 0


def test_a_guard_says_when_what_is_missing_is_repeated():
    answers = {"first": pick("person_later", name="shift lead"), "late": pick("set_time"), "needed": pick("all")}
    verdict = decide({**answers, "times": between("21:00", "06:00")}, line_hours=LINE)
    assert verdict.guard.rerun_at == "05:00"
    assert verdict.text == (
        "9 hours lie between the last input at 21:00 and the reader at 06:00. Start at 21:00. "
        "What is missing at 05:00 is repeated at full price."
    )


@pytest.mark.parametrize(
    ("late", "rounds", "blocked"),
    [("next_day", 3, False), ("next_day", 4, True), ("longer", 6, False), ("longer", 7, True)],
)
def test_a_chain_too_long_for_its_time_cannot_move(late, rounds, blocked):
    answers = {"first": pick("nobody"), "late": pick(late), "needed": pick("all"), "limits": NONE}
    verdict = decide({**answers, "chain": pick("yes", rounds=rounds)}, line_hours=LINE)
    assert verdict.outcome is Outcome.NOT_WAITING
    assert bool(verdict.blockers) == blocked
    assert verdict.decided_by == ("chain" if blocked else "late")


def test_a_blocker_leaves_the_label():
    answers = {"first": pick("nobody"), "late": pick("longer"), "needed": pick("all")}
    verdict = decide({**answers, "limits": {"choices": ["retention"]}}, line_hours=LINE)
    assert verdict.blockers == ("zero data retention or HIPAA-ready handling is required",)
    assert (verdict.label, verdict.says) == ("not_waiting", "It cannot move to batch yet.")
    assert verdict.text == (
        "The result is stored, and nobody is held up by it. It cannot move yet: zero data retention or HIPAA-ready "
        "handling is required."
    )


def test_a_limit_in_a_contract_holds_and_a_day_long_one_does_not():
    def by(limit, unit):
        hop = pick("process_held", limit=limit, unit=unit)
        return decide(
            {"first": pick("system"), "hop1": hop, "late": pick("longer"), "needed": pick("all")}, line_hours=LINE
        )

    assert (by(30, "seconds").outcome, by(23, "hours").outcome) == ("waiting", "waiting")
    assert (by(24, "hours").outcome, by(24, "hours").rule) == ("not_waiting", 7)
    assert (
        moment({"first": pick("system"), "hop1": pick("process_held", limit=90, unit="seconds")}).need is Need.MINUTES
    )


def test_a_process_that_holds_out_for_an_unknown_time_holds_somebody_up():
    answers = {"first": pick("system"), "hop1": pick("process_held"), "needed": pick("all")}
    assert decide({**answers, "late": pick("minutes")}, line_hours=LINE).outcome is Outcome.WAITING
    assert decide({**answers, "late": pick("longer")}, line_hours=LINE).conflicts[0].kind == "a"


@pytest.mark.parametrize(
    ("late", "outcome", "rule"),
    [("minutes", "waiting", 2), ("hour", "waiting", 2), ("unsure", "waiting", 2), ("next_day", "not_waiting", 7)],
)
def test_whoever_is_called_by_a_result_waits_where_it_must_come_soon(late, outcome, rule):
    answers = {"first": pick("person_now"), "meanwhile": pick("called"), "late": pick(late), "needed": pick("all")}
    verdict = decide(answers, line_hours=LINE)
    assert (verdict.outcome, verdict.rule, verdict.conflicts) == (outcome, rule, ())


def test_two_misfits_between_who_notices_and_how_late_make_it_unsure():
    answers = {"first": pick("nobody"), "late": pick("longer"), "needed": pick("all")}
    levels = [
        decide({**answers, "notice": pick(n)}, line_hours=LINE).confidence for n in ("nobody", "colleague", "customer")
    ]
    assert levels == ["high", "medium", "low"]


DISGUISES = {
    "a queue with a progress ring": (
        {
            "first": pick("system", name="job queue"), "hop1": pick("person_held", name="claims handler"),
            "meanwhile": pick("stays"), "late": pick("minutes"), "notice": pick("colleague"),
        }, "waiting",
    ),
    "a low-priority worker, somebody comes straight back": (
        {"first": pick("person_now"), "meanwhile": pick("comes_back"), "late": pick("minutes"), "notice": pick("colleague")},
        "waiting",
    ),
    "a webhook three hops deep, an applicant at another bank": (
        {
            "first": pick("system"), "hop1": pick("system"), "hop2": pick("system"), "hop3": pick("person_held"),
            "meanwhile": pick("stays"), "late": pick("seconds"), "notice": pick("customer"),
        }, "waiting",
    ),
    "a fraud check with a shopper behind the terminal": (
        {
            "first": pick("system"), "hop1": pick("process_held", limit=8, unit="seconds"),
            "late": pick("seconds"), "notice": pick("customer"),
        }, "waiting",
    ),
    "an alert at night that wakes an engineer": (
        {
            "first": pick("person_now", name="engineer on call"), "meanwhile": pick("called"),
            "late": pick("minutes"), "notice": pick("team"),
        }, "waiting",
    ),
    "an agent run nobody watches, twelve calls in a row by the morning": (
        {"first": pick("person_later"), "late": pick("next_day"), "chain": pick("yes", rounds=12), "notice": pick("team")},
        "not_waiting",
    ),
    "a morning report whose last input comes 35 minutes before its reader": (
        {
            "first": pick("person_later"), "late": pick("set_time"), "times": between("06:25", "07:00"),
            "notice": pick("colleague"),
        }, "waiting",
    ),
    "synchronous code at the end of a chat, read at the weekly review": (
        {"first": pick("person_later", name="quality lead"), "late": pick("longer"), "notice": pick("nobody")}, "not_waiting",
    ),
    "a product text shown on every page load, written the week before": (
        {"first": pick("nobody"), "late": pick("longer"), "notice": pick("nobody")}, "not_waiting",
    ),
    "one prompt for the applicant's form and tomorrow's ranking": (
        {
            "first": pick("person_now", name="applicant"), "meanwhile": pick("stays"), "late": pick("seconds"),
            "needed": pick("part", name="the filled-in fields"), "rest_first": pick("person_later", name="recruiters"),
            "rest_late": pick("next_day"), "notice": pick("customer"),
        }, "hybrid",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "outcome"), DISGUISES.values(), ids=DISGUISES)
def test_disguises_are_seen_through(answers, outcome):
    verdict = decide({"needed": pick("all"), "chain": pick("no"), "limits": NONE, **answers}, line_hours=LINE)
    assert verdict.outcome == outcome


def test_both_readers_of_a_hybrid_are_named():
    answers, _ = DISGUISES["one prompt for the applicant's form and tomorrow's ranking"]
    assert decide(answers, line_hours=LINE).text == (
        "Two moments: “the filled-in fields” at once, for applicant; the rest the next working day, for recruiters. "
        "Split the call, by part of the result or by kind of case where cases can be told apart."
    )


def _readers(answers: Answers) -> set[Reader | None]:
    return (
        {moment(answers).reader, moment(answers, REST).reader} if "rest_first" in answers else {moment(answers).reader}
    )


def _gist(verdict: Verdict) -> Verdict:
    """Without the wording, which may tell of the way, and the question that tells who is held up."""
    return replace(verdict, text="", decided_by="", conflicts=(), would_change="", guard=None)


def _still_asked(sides: tuple[str, ...], answers: Answers) -> Answers:
    kept: dict = {}
    for question in waiting.CURRENT.questions:
        if set(sides) & set(question.side) and question.id in answers and question.when(kept, LINE):
            kept[question.id] = answers[question.id]
    return kept
