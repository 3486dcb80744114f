"""Teams, the people in them, and the one-time links that let people in."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import connection, models
from django.db.models.functions import Lower

from inventory.domain.audit import Actor
from inventory.domain.people import Discipline, Role
from inventory.models.versioned import Versioned

DISCIPLINES = [
    (Discipline.PRODUCT, "Product"),
    (Discipline.ENGINEERING, "Engineering"),
    (Discipline.OTHER, "Other"),
]
ROLES = [(Role.VIEWER, "Viewer"), (Role.MEMBER, "Member"), (Role.LEAD, "Lead")]


class People(models.QuerySet["Person"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def administrators(self) -> Self:
        """Those who can act as one: active."""
        return self.filter(is_active=True, is_administrator=True)

    def listed(self) -> Self:
        """By name, those who can sign in first, with their teams."""
        teams = models.Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name", "pk"))
        return self.prefetch_related(teams).order_by("-is_active", Lower("name"), "pk")

    def members_first(self, teams: Iterable["Team"]) -> Self:
        """Those in any of `teams` before all others (`is_member`), each by name."""
        inside = Membership.objects.filter(person=models.OuterRef("pk"), team__in=list(teams))
        return self.annotate(is_member=models.Exists(inside)).order_by("-is_member", "name", "pk")

    def matching(self, words: str) -> Self:
        """Every word somewhere in name or e-mail."""
        rows = self
        for word in words.split():
            rows = rows.filter(models.Q(name__icontains=word) | models.Q(email__icontains=word))
        return rows


class ByEmail(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


PeopleManager = ByEmail.from_queryset(People)


class Person(AbstractBaseUser, Versioned):
    """Somebody who signs in. The discipline belongs to the person, so that nobody answers for both sides."""

    RECORD = "person"
    # Name, e-mail and password stay out of the history, so that a person can be anonymised without breaking the
    # chain; that they changed does not.
    HISTORY: ClassVar = (
        "discipline", "is_administrator", "is_active", "named_at", "password_set_at", "anonymised_at",
    )  # fmt: skip

    email = models.EmailField("e-mail", max_length=254, unique=True)  # kept in lower case
    name = models.CharField(max_length=120)
    discipline = models.CharField(max_length=12, choices=DISCIPLINES)
    is_administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    named_at = models.DateTimeField(null=True, blank=True)  # when name or e-mail last changed
    password_set_at = models.DateTimeField(null=True, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)  # when name and e-mail were taken away for good

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = PeopleManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="person_email_in_lower_case"),
            models.CheckConstraint(
                condition=models.Q(discipline__in=[d.value for d in Discipline]),
                name="person_discipline_known",
            ),
            models.CheckConstraint(
                condition=models.Q(anonymised_at=None) | models.Q(is_active=False, is_administrator=False),
                name="person_anonymised_cannot_act",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return Actor("person", str(self.pk))


class Teams(models.QuerySet["Team"]):
    def samples(self) -> Self:
        """Those the sample inventory brought."""
        return self.filter(is_demo=True)

    def live(self) -> Self:
        return self.filter(retired_at=None)

    def retired(self) -> Self:
        return self.exclude(retired_at=None)

    def unmanned(self) -> Self:
        """In which nobody may edit but an administrator."""
        return self.exclude(memberships__role__in=(Role.MEMBER, Role.LEAD))

    def listed(self) -> Self:
        """By name, each with `members_count` (who can sign in) and `features_count` (not retired)."""
        return self.order_by(Lower("name"), "pk").annotate(
            members_count=models.Count("memberships", models.Q(memberships__person__is_active=True), distinct=True),
            features_count=models.Count("features", models.Q(features__retired_at=None), distinct=True),
        )


class Team(Versioned):
    """Owns features. `one_side_enough`: a label counts although only one discipline has answered, and is marked.
    `opens_after`: days after which a lead may open a sheet whose other side has not answered."""

    RECORD = "team"
    HISTORY: ClassVar = ("name", "one_side_enough", "opens_after", "retired_at", "is_demo")

    name = models.CharField(max_length=80)
    one_side_enough = models.BooleanField(default=False)
    opens_after = models.PositiveSmallIntegerField(default=5)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    members = models.ManyToManyField(Person, through="Membership", related_name="teams")

    objects = Teams.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class Memberships(models.QuerySet["Membership"]):
    def listed(self) -> Self:
        """Leads first, then by name, with their people."""
        leads_first = models.Case(models.When(role=Role.LEAD, then=0), models.When(role=Role.MEMBER, then=1), default=2)
        return self.select_related("person").order_by(leads_first, Lower("person__name"), "pk")

    def editing(self, person: Person) -> Self:
        """Those by which this person may edit and answer."""
        return self.filter(person=person, role__in=(Role.MEMBER, Role.LEAD))

    def leading(self) -> Self:
        """Leads who can act as one: their account is active."""
        return self.filter(role=Role.LEAD, person__is_active=True)


class Membership(Versioned):
    RECORD = "membership"
    HISTORY: ClassVar = ("team_id", "person_id", "role")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=ROLES)

    objects = Memberships.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}: {self.role}"


def active_names(*, first: int, most: int) -> list[str]:
    """Of those who can sign in: the people of the team `first`, then all others, each by name. In plain SQL, because
    every page of a call asks: to put the queryset together took ten times as long as the answer."""
    people, memberships = Person._meta.db_table, Membership._meta.db_table
    inside = f"EXISTS (SELECT 1 FROM {memberships} m WHERE m.person_id = p.id AND m.team_id = %s)"
    statement = f"SELECT p.name FROM {people} p WHERE p.is_active ORDER BY {inside} DESC, p.name, p.id LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, (first, most))
        return [name for (name,) in cursor.fetchall()]


class Links(models.QuerySet["OneTimeLink"]):
    def open(self, at: datetime) -> Self:
        """Neither used nor expired."""
        return self.filter(used_at=None, expires_at__gt=at)


class OneTimeLink(models.Model):
    """Lets its holder in once, until it expires. Only a hash is kept: the database gives no way in."""

    PURPOSES = [
        ("first", "First administrator"),
        ("invite", "Invitation"),
        ("sign_in", "Sign-in"),
        ("reset", "Password reset"),
    ]
    RECORD: ClassVar = "link"
    HISTORY: ClassVar = ("purpose", "person_id", "team_id", "role", "discipline", "expires_at", "used_at")

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=8, choices=PURPOSES)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE)
    email = models.EmailField(blank=True, max_length=254)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE)
    role = models.CharField(max_length=8, choices=ROLES, blank=True)
    discipline = models.CharField(max_length=12, choices=DISCIPLINES, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = Links.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="link_expires_after_created"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} until {self.expires_at:%Y-%m-%d %H:%M}"
