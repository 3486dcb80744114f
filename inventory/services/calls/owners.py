"""Who a cell means by a name: the owners of features, as a file says them."""

from collections import defaultdict
from functools import cached_property

from inventory.domain.people import Discipline
from inventory.models import Feature, Person

OF = {"product_owner": Discipline.PRODUCT, "engineering_owner": Discipline.ENGINEERING}
NAMED = 5  # names that a message offers


class Owners:
    """The people who may own a feature, read once: whoever can sign in and answers for that side."""

    def words(self, pk: int | None) -> str:
        """How a file says this person: by name, or by e-mail where several have it. Empty for nobody."""
        person = self._people.get(pk or 0)
        if person is None:
            return ""
        return person.name if len(self._named[person.name.lower()]) == 1 else person.email

    def offered(self, column: str) -> list[str]:
        """Who may stand in that column, by name."""
        may = (each for each in self._people.values() if each.is_active and each.discipline == OF[column])
        return [self.words(each.pk) for each in may]

    def found(self, column: str, text: str, feature: Feature) -> Person | None | str:
        """None for an empty cell; a text says why it is nobody who may own that."""
        if not text:
            return None
        named = [each for each in self._named.get(text.lower(), ()) if self._may(each, column, feature)]
        if len(named) == 1:
            return named[0]
        if named:
            return f"is the name of several people: write the e-mail, such as {named[0].email}"
        offered = self.offered(column)
        names = ", ".join(offered[:NAMED]) + ("…" if len(offered) > NAMED else "")
        side = OF[column].value
        if not names:
            return f"is nobody who can sign in and answers for {side}: leave it empty, nobody does yet"
        return f"is nobody who can sign in and answers for {side}. Write one of {names}, or leave it empty"

    def _may(self, person: Person, column: str, feature: Feature) -> bool:
        is_now = getattr(feature, f"{column}_id") == person.pk
        return is_now or (person.is_active and person.discipline == OF[column])

    @cached_property
    def _people(self) -> dict[int, Person]:
        """Also those who have left: a feature may be theirs still."""
        return {each.pk: each for each in Person.objects.filter(anonymised_at=None).order_by("name", "pk")}

    @cached_property
    def _named(self) -> dict[str, list[Person]]:
        """By name and by e-mail, in lower case; those who can sign in alone, unless nobody else has the name."""
        found: dict[str, list[Person]] = defaultdict(list)
        for person in sorted(self._people.values(), key=lambda each: not each.is_active):
            for said in {person.name.lower(), person.email.lower()}:
                found[said].append(person)
        return found
