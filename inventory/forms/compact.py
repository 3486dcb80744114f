"""All questions now asked of one side as one form: which these are follows from the answers on the page."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from inventory.domain import waiting
from inventory.domain.consumer import Answer, Answers
from inventory.domain.people import Discipline
from inventory.domain.question import Question, Test
from inventory.forms.asking import Form
from inventory.forms.waiting import Choosing, OfTest, Version

SHOWN = "shown"  # the questions the page holds; one that is not asked any more is carried along hidden


class Head(Form):
    """The version of the sheet and of the test the page showed."""

    version = Version()
    test = OfTest()


@dataclass(frozen=True, slots=True)
class Carried:
    """A value typed for a question that is not asked any more: it comes back if the question does."""

    name: str
    value: str


class Compact:
    """`data` is what was sent, None on the first look; what it does not hold is taken from the `stored` answers. `test`
    is the version of the test whose questions these are, the one in force unless said otherwise."""

    def __init__(
        self,
        side: Discipline,
        *,
        stored: Answers,
        version: int,
        data: QueryDict | None = None,
        test: Test | None = None,
    ) -> None:
        self.side, self.stored, self.data = side, stored, data
        self.test = test or waiting.CURRENT
        self.head = Head(data, initial={"version": version, "test": self.test.version})
        mine = {question.id: question for question in self.test.questions if side in question.side}
        self.shown = {key for key in data.getlist(SHOWN) if key in mine} if data is not None else set()
        self._bound = {key: Choosing(mine[key], data, prefix=key) for key in self.shown}
        self.questions, self.answers = self._walked()

    def version(self) -> int | None:
        """None where the page lost track of it."""
        return self.head.cleaned_data["version"] if self.head.is_valid() else None

    def renewed(self, version: int) -> None:
        """Carry on from what was saved meanwhile: saving once more is then a decision."""
        self.head = Head(initial={"version": version, "test": self.test.version})

    def given(self) -> dict[str, Answer]:
        """The valid answers of the page, without those only stored."""
        return {key: answer for key, answer in self.answers.items() if key in self.shown}

    def entry(self, question: Question, *, checked: bool) -> Choosing:
        """The form of one question as typed; with its errors where it was on the page and is to be checked."""
        if question.id not in self.shown:
            return Choosing(question, stored=self.stored.get(question.id), prefix=question.id)
        if checked:
            return self._bound[question.id]
        return Choosing(question, stored=self._raw(question), prefix=question.id)

    def wrong(self) -> list[Question]:
        """Those answered in part or in a way no answer is; or not any more."""
        return [each for each in self._unanswered() if each.id in self.stored or self._is_touched(each)]

    def blank(self) -> list[Question]:
        """Those the page showed and that have no answer yet, a choice that leads back to another answer among them."""
        return [each for each in self._unanswered() if each not in self.wrong()]

    def left(self) -> list[Question]:
        """Those without an answer."""
        return [each for each in self.questions if each.id not in self.answers]

    def carried(self) -> list[Carried]:
        """What was typed for questions that are not asked now."""
        asked = {question.id for question in self.questions}
        found = []
        for key in sorted(self.shown - asked):
            names = [self._bound[key].add_prefix(name) for name in self._bound[key].fields]
            found += [Carried(SHOWN, key)]
            found += [Carried(name, value) for name in names for value in self._data().getlist(name) if value]
        return found

    def said(self) -> str:
        """All that was typed and is valid, in words."""
        found = [(question, self.answers.get(question.id)) for question in self.questions if question.id in self.shown]
        return "; ".join(f"{question.label}: {question.said(answer)}" for question, answer in found if answer)

    def _walked(self) -> tuple[list[Question], dict[str, Answer]]:
        """Each answer may open or close later questions: asked anew until nothing changes. As a question depends on
        those before it alone, that takes no more rounds than there are questions."""
        led: dict[str, Answer] = {}
        while True:
            asked = waiting.asked(self.test, self.side, led, line_hours=settings.WAITING_LINE_HOURS)
            found = {question.id: answer for question in asked if (answer := self._chosen(question)) is not None}
            if found == led:
                return asked, {each.id: answer for each in asked if (answer := self._answer(each)) is not None}
            led = found

    def _chosen(self, question: Question) -> Answer | None:
        """What leads on: the option alone where what is typed beside it is wrong, so that no question goes for that."""
        answer = self._answer(question)
        form = self._bound.get(question.id)
        if answer is not None or form is None or form.is_valid() or form.main not in form.cleaned_data:
            return answer
        return {form.main: form.cleaned_data[form.main]}

    def _answer(self, question: Question) -> Answer | None:
        if question.id not in self.shown:
            return self.stored.get(question.id)
        form = self._bound[question.id]
        return form.value() if form.is_valid() and not form.back() else None

    def _unanswered(self) -> list[Question]:
        return [each for each in self.questions if each.id in self.shown and each.id not in self.answers]

    def _is_touched(self, question: Question) -> bool:
        """Something was chosen, and it is no answer."""
        form = self._bound[question.id]
        return bool(self._data().get(form.add_prefix(form.main))) and not (form.is_valid() and form.back())

    def _raw(self, question: Question) -> dict[str, Any]:
        form, data = self._bound[question.id], self._data()
        many = {name for name, field in form.fields.items() if isinstance(field, forms.MultipleChoiceField)}
        names = ((name, form.add_prefix(name)) for name in form.fields)
        return {name: data.getlist(key) if name in many else data.get(key, "") for name, key in names}

    def _data(self) -> QueryDict:
        return self.data if self.data is not None else QueryDict()
