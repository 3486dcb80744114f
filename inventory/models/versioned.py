"""Records that carry a version: a save from a stale one is refused, never merged in silence."""

from typing import ClassVar, Self

from django.db import models


class Stale(Exception):
    """Somebody else saved first. `theirs` is the record as it is now; the caller shows both values."""

    def __init__(self, theirs: "Versioned") -> None:
        super().__init__(f"{theirs._meta.verbose_name} {theirs.pk} was changed meanwhile")
        self.theirs = theirs


class Versioned(models.Model):
    """`RECORD` is the record's name in the history, `HISTORY` the fields the history keeps, `ALONG` those that are
    written whenever any other is."""

    RECORD: ClassVar[str]
    HISTORY: ClassVar[tuple[str, ...]]
    ALONG: ClassVar[tuple[str, ...]] = ()

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def write(self, *fields: str) -> Self:
        """UPDATE these fields only if the row still has the version this object was loaded with, else raise `Stale`."""
        values = {name: getattr(self, name) for name in (*fields, *self.ALONG)}
        rows = type(self)._base_manager.filter(pk=self.pk, version=self.version)
        if rows.update(version=self.version + 1, **values) != 1:
            raise Stale(type(self)._base_manager.get(pk=self.pk))
        self.version += 1
        return self
