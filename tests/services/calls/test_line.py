from inventory.domain.line import Place, Side
from inventory.models import Part
from inventory.services.calls import line
from tests import factories


def part(feature, kind, *, today=4, target=4, why="", **fields):
    found = factories.make_call(feature=feature).parts.get()
    values = {"kind": kind, "why": why, "cost_today": today, "cost_target": target, "saving": today - target, **fields}
    Part.objects.filter(pk=found.pk).update(**values)
    return Part.objects.get(pk=found.pk)


def test_figures_add_up_by_side(team):
    feature = factories.make_feature(team=team)
    part(feature, "stay_real_time", today=10, target=10)
    part(feature, "bring_back", today=3, target=6)
    part(feature, "move_to_batch", today=30, target=15)
    part(feature, "stay_batch", today=2, target=2)
    part(feature, "undecided", today=5, target=5, possible=2)
    part(feature, "cannot_move", today=7, target=7)
    part(feature, "stay_real_time", why="batch_dearer", today=1, target=1)
    Part.objects.filter(call=factories.make_call(feature=feature)).update(cost_today=None)
    found = line.figures([feature])[feature.pk]
    assert (found.waits, found.nobody) == (line.Amounts(2, 13, 16), line.Amounts(2, 32, 17))
    assert found.open == line.Amounts(4, 13, 13, 2)
    assert (found.calls, found.parts, found.unpriced) == (8, 8, 1)
    assert (found.today, found.target, found.possible, found.audited) == (58, 46, 2, 55)
    assert [(piece.side, piece.start, piece.length) for piece in found.bar] == [
        ("waits", 0, 224),
        ("open", 224, 224),
        ("nobody", 448, 552),
    ]


def test_figures_say_what_rests_on_one_sides_answer(team):
    feature = factories.make_feature(team=team)
    part(feature, "move_to_batch", today=30, target=15, one_sided=True)
    part(feature, "stay_real_time", today=4, target=4, one_sided=True)
    part(feature, "move_to_batch", today=100, target=50)
    found = line.figures([feature])[feature.pk]
    assert (found.one_sided_parts, found.one_sided, found.one_sided_saving) == (2, 34, 15)
    assert (found.nobody.today, found.saving) == (130, 65)


def test_figures_leave_out_what_is_retired_and_know_empty_features(team, now):
    feature = factories.make_feature(team=team)
    factories.make_call(feature=feature, retired_at=now)
    Part.objects.update(is_live=False, cost_today=9)
    found = line.figures([feature])[feature.pk]
    assert (found.calls, found.today, found.audited, found.bar) == (0, 0, None, [])


def test_figures_take_two_queries_for_any_number_of_features(team, django_assert_num_queries):
    features = [factories.make_feature(team=team) for _ in range(3)]
    for feature in features:
        part(feature, "undecided")
    with django_assert_num_queries(2):
        line.figures(features)


def test_rows_stand_by_side_dearest_first_and_say_what_crossing_changes(team):
    feature = factories.make_feature(team=team)
    small = part(feature, "move_to_batch", today=30, target=15)
    big = part(feature, "move_to_batch", today=300, target=150)
    back = part(feature, "bring_back", today=3, target=6)
    stays = part(feature, "stay_real_time")
    unknown = part(feature, "undecided")
    found = line.rows(Part.objects.in_line_order())
    assert [row.part for row in found[Side.WAITS]] == [stays, back]
    assert [(row.part, row.change) for row in found[Side.NOBODY]] == [(big, -150), (small, -15)]
    assert [row.part for row in found[Side.OPEN]] == [unknown]
    assert found[Side.WAITS][1].place == Place(Side.WAITS, Side.NOBODY)


def test_rows_say_what_one_should_know(team):
    feature = factories.make_feature(team=team)
    facts = {"state": "agreed", "label": "not_waiting", "consumer": "Underwriter", "read_when": "next morning"}
    moves = part(feature, "move_to_batch", guard=True, hand_over="Notice by e-mail", **facts)
    undecided = part(feature, "undecided", possible=2_500_000)
    found = line.rows([moves, undecided])
    assert found[Side.NOBODY][0].said == (
        "Underwriter, next morning",
        "sealed by both",
        "ready; what is late is repeated at full price",
        "Notice by e-mail",
    )
    assert found[Side.OPEN][0].said == ("not labelled yet", "up to $2.50 a month less if nobody waits")


def test_a_part_that_does_not_cross_says_when_its_cost_changes_all_the_same(team):
    feature = factories.make_feature(team=team)
    stays = part(feature, "stay_real_time", today=1_000_000, target=1_500_000, in_split=True)
    assert line.rows([stays])[Side.WAITS][0].said[-1] == "+$0.50 a month against its share of today"
