"""What becomes of everything that points at a record when it is merged into another: one rule for each link.

A foreign key to Organisation or Person without a rule fails a test (tests/stakeholders/test_merge_rules.py), and so
does a generic foreign key. Higher apps add theirs in `AppConfig.ready`:

    merge_rules.register(Rule(Invitation, "person", _("Invitations"), same=("event",), explain=…, settle=…))
    merge_rules.register(GenericRule(Message, "recipient_type", "recipient_id", _("Messages sent")))

Without `same` every row is simply pointed at the record that stays. `same` names the fields that, together with the
link, may occur only once: two rows that agree in them are a pair, one of the record that stays and one of the record
that goes. `settle(kept, gone)` then makes one of the two (by default the row of the record that goes is dropped) or
changes `gone` so that both can stand. `explain(kept, gone)` says the outcome in a sentence before the merge.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.mail.models import Message, PersonalLink

from .models import (
    CommitteeSeat,
    ExpertAssignment,
    FocalPoint,
    MovedDue,
    Organisation,
    OrganisationEmail,
    OrganisationName,
    Participant,
    Person,
    PersonDomain,
    PersonEmail,
    PersonName,
    Post,
    Product,
    SeatHolder,
    Task,
    UserGroupMembership,
)

Text = str | Promise
Pair = tuple[Any, Any]


def drop(kept: models.Model, gone: models.Model) -> None:
    """Keep the row of the record that stays."""
    gone.delete()


def say_nothing(kept: models.Model, gone: models.Model) -> str:
    """Leave the pair out of the page: nobody would miss the second row."""
    return ""


@dataclass(frozen=True)
class Rule:
    """What becomes of the rows of `model` that point at a merged record by `field`. See the module."""

    model: type[models.Model]
    field: str
    title: Text = ""
    same: tuple[str, ...] = ()
    among: Q = field(default_factory=Q)
    overlapping: bool = False
    key: Callable[[Any], Any] | None = None
    settle: Callable[[Any, Any], None] = drop
    explain: Callable[[Any, Any], str] = say_nothing

    @property
    def link(self) -> tuple[str, str]:
        """The foreign key this rule is for."""
        return self.model._meta.label_lower, self.field

    def rows(self, record: models.Model) -> QuerySet[Any]:
        """Every row that points at `record`."""
        return self.model._base_manager.filter(**{self.field: record.pk}).order_by("pk")

    def pairs(self, stays: models.Model, goes: models.Model) -> Iterator[Pair]:
        """The rows of the two records that cannot both point at the one that stays."""
        if not self.same and self.key is None:
            return
        kept: dict[Any, list[Any]] = {}
        for row in self.rows(stays).filter(self.among):
            kept.setdefault(self.key_of(row), []).append(row)
        for gone in self.rows(goes).filter(self.among):
            for row in kept.get(self.key_of(gone), []):
                if not self.overlapping or overlap(row, gone):
                    yield row, gone
                    break

    def key_of(self, row: models.Model) -> Any:
        """What makes two rows the same."""
        if self.key is not None:
            return self.key(row)
        return tuple(getattr(row, row._meta.get_field(name).attname) for name in self.same)

    def move(self, stays: models.Model, goes: models.Model) -> None:
        """Settle the pairs and point all other rows at the record that stays."""
        for kept, gone in list(self.pairs(stays, goes)):
            self.settle(kept, gone)
        self.rows(goes).update(**{self.field: stays.pk})


@dataclass(frozen=True)
class GenericRule:
    """The same for a generic foreign key: `type_field` and `id_field` of `model`.

    `guard` are the columns that with the pair may occur only once; a row that would be a double keeps its old link.
    """

    model: type[models.Model]
    type_field: str
    id_field: str
    title: Text = ""
    guard: tuple[str, ...] = ()
    finish: Callable[[models.Model, models.Model], None] | None = None

    @property
    def link(self) -> tuple[str, str]:
        """The pair of columns this rule is for."""
        return self.model._meta.label_lower, self.id_field

    def rows(self, record: models.Model) -> QuerySet[Any]:
        """Every row that points at `record`."""
        kind = ContentType.objects.get_for_model(record)
        return self.model._base_manager.filter(**{self.type_field: kind, self.id_field: record.pk}).order_by("pk")

    def pairs(self, stays: models.Model, goes: models.Model) -> Iterator[Pair]:
        """None that anybody would have to know of."""
        yield from ()

    def explain(self, kept: Any, gone: Any) -> str:
        """There is nothing to explain."""
        return ""

    def move(self, stays: models.Model, goes: models.Model) -> None:
        """Point every row at the record that stays."""
        rows = self.rows(goes)
        if self.guard:
            same = {name: models.OuterRef(name) for name in self.guard}
            rows = rows.exclude(models.Exists(self.rows(stays).order_by().filter(**same)))
        rows.update(**{self.id_field: stays.pk})
        if self.finish is not None:
            self.finish(stays, goes)


AnyRule = Rule | GenericRule

_rules: dict[tuple[str, str], AnyRule] = {}
_exempt: dict[tuple[str, str], str] = {}


def register(*rules: AnyRule) -> None:
    """Use these rules. A rule for the same link replaces the one before."""
    for rule in rules:
        _rules[rule.link] = rule


def exempt(model: type[models.Model], id_field: str, *, because: str) -> None:
    """Leave a generic link out: it never points at a person or an organisation."""
    _exempt[model._meta.label_lower, id_field] = because


def has_rule(model: type[models.Model], field_name: str) -> bool:
    """Whether somebody has thought about this link."""
    return (model._meta.label_lower, field_name) in _rules.keys() | _exempt.keys()


def rules_for(record: models.Model) -> list[AnyRule]:
    """The rules for everything that may point at `record`, those of this app first."""
    concerned = type(record)
    return [
        rule
        for rule in _rules.values()
        if isinstance(rule, GenericRule) or rule.model._meta.get_field(rule.field).related_model is concerned
    ]


# Rows with a validity ------------------------------------------------------------------------------------------------


def overlap(one: Any, other: Any) -> bool:
    """Whether two rows are valid on a common day. Both ends are inclusive, empty is open."""
    begins = one.valid_from is None or other.valid_to is None or one.valid_from <= other.valid_to
    ends = other.valid_from is None or one.valid_to is None or other.valid_from <= one.valid_to
    return begins and ends


def widen(kept: Any, gone: Any) -> None:
    """Let `kept` also be valid while `gone` was, and drop `gone`: the earlier start and the later end stay.

    A start that only one of the two knows is kept. Where something else stands in the way (another main post, another
    primary focal point), `kept` stays as it is.
    """
    starts = [day for day in (kept.valid_from, gone.valid_from) if day is not None]
    open_ended = kept.valid_to is None or gone.valid_to is None
    before = kept.valid_from, kept.valid_to
    gone.delete()
    kept.valid_from = min(starts, default=None)
    kept.valid_to = None if open_ended else max(kept.valid_to, gone.valid_to)
    if (kept.valid_from, kept.valid_to) != before and not tried(kept):
        kept.valid_from, kept.valid_to = before


def tried(row: models.Model) -> bool:
    """Save a row unless a constraint stands against it; whether it was saved."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True


def earlier_date_stays(kept: Any, gone: Any) -> str:
    """Say that two validities become one."""
    starts = [day.year for day in (kept.valid_from, gone.valid_from) if day is not None]
    if starts:
        return _("%(what)s: there twice. The earlier date stays: %(year)s.") % {"what": kept, "year": min(starts)}
    return _("%(what)s: there twice. One stays.") % {"what": kept}


# The directory's own rules -------------------------------------------------------------------------------------------


def settle_post(kept: Post, gone: Post) -> None:
    """Two posts of one person in one organisation at one time are one post; an empty title is filled."""
    kept.title = kept.title or gone.title
    kept.is_primary = kept.is_primary or (gone.is_primary and not _has_main_post(kept, but=gone))
    title, is_primary = kept.title, kept.is_primary
    widen(kept, gone)
    Post.objects.filter(pk=kept.pk).update(title=title, is_primary=is_primary)


def _has_main_post(post: Post, but: Post | None = None) -> bool:
    """Whether the person has another main post while they hold `post`; `but` is about to go."""
    others = Post.objects.filter(person_id=post.person_id, is_primary=True).exclude(pk=post.pk)
    return any(overlap(post, other) for other in others if but is None or other.pk != but.pk)


class PostRule(Rule):
    """Posts of a person: those in the same organisation at the same time become one, and one main post stays."""

    def move(self, stays: models.Model, goes: models.Model) -> None:
        """Move the posts; a main post of the person who goes is one only where the other has none."""
        main = set(self.rows(goes).filter(is_primary=True).values_list("pk", flat=True))
        pairs = list(self.pairs(stays, goes))
        self.rows(goes).update(is_primary=False)
        for kept, gone in pairs:
            self.settle(kept, gone)
        self.rows(goes).update(person=stays.pk)
        for post in Post.objects.filter(pk__in=main).order_by("pk"):
            if not _has_main_post(post):
                post.is_primary = True
                post.save()


class FirstAmongRule(Rule):
    """Links with one first among them (primary focal point, relationship manager) per organisation and domain.

    Rows that are the same become one; where both have a first, that of the record that stays remains the first.
    """

    first: str = ""
    second: str = ""

    def pairs(self, stays: models.Model, goes: models.Model) -> Iterator[Pair]:
        """The same row twice, or two that would both be the first."""
        kept = list(self.rows(stays))
        for gone in self.rows(goes):
            clash = next((row for row in kept if self.doubles(row, gone)), None) or next(
                (row for row in kept if self.both_first(row, gone)), None
            )
            if clash is not None:
                yield clash, gone

    def doubles(self, kept: Any, gone: Any) -> bool:
        """Whether two rows say the same of the same time."""
        own = {"id", "valid_from", "valid_to", "revision", "nominated_by", "response_days", self.field}
        names = [f.attname for f in kept._meta.concrete_fields if f.name not in own]
        return overlap(kept, gone) and all(getattr(kept, name) == getattr(gone, name) for name in names)

    def both_first(self, kept: Any, gone: Any) -> bool:
        """Whether both are the first for one organisation and domain at one time."""
        if self.field != "organisation":
            return False
        return kept.role == gone.role == self.first and kept.domain_id == gone.domain_id and overlap(kept, gone)

    def move(self, stays: models.Model, goes: models.Model) -> None:
        """Settle each pair by its kind, then move the rest."""
        for kept, gone in list(self.pairs(stays, goes)):
            if self.doubles(kept, gone):
                widen(kept, gone)
            else:
                gone.role = self.second
                gone.save()
        for row in self.rows(goes):
            setattr(row, f"{self.field}_id", stays.pk)
            if not tried(row):
                row.delete()


class FocalPointRule(FirstAmongRule):
    """Focal points."""

    first, second = FocalPoint.Role.PRIMARY, FocalPoint.Role.ALTERNATE


class AssignmentRule(FirstAmongRule):
    """Our experts."""

    first, second = ExpertAssignment.Role.RELATIONSHIP_MANAGER, ExpertAssignment.Role.SUBJECT_EXPERT


def one_stays_first(kept: Any, gone: Any) -> str:
    """Say what becomes of two firsts."""
    if kept.role == gone.role and str(kept) != str(gone):
        return _("%(kept)s stays “%(role)s”; %(gone)s moves to second place.") % {
            "kept": kept,
            "role": kept.get_role_display(),
            "gone": gone,
        }
    return earlier_date_stays(kept, gone)


def settle_address(kept: Any, gone: Any) -> None:
    """One address written twice: what is known of it by either record stays known."""
    if kept.state != gone.state and gone.state_on and (kept.state_on is None or gone.state_on > kept.state_on):
        kept.state, kept.state_on = gone.state, gone.state_on
        kept.save()
    gone.delete()


class AddressRule(Rule):
    """E-mail addresses: all are kept, once each, and the main address of the record that stays remains the main one."""

    def move(self, stays: models.Model, goes: models.Model) -> None:
        """Move the addresses."""
        if self.rows(stays).filter(is_primary=True).exists():
            self.rows(goes).update(is_primary=False)
        super().move(stays, goes)


def settle_membership(kept: Any, gone: Any) -> None:
    """Two memberships of one group are one: the earlier date, the weightier role and importance stay."""
    kept.importance = min(kept.importance, gone.importance)
    if kept.role == UserGroupMembership.Role.MEMBER:
        kept.role = gone.role
    kept.organisation_id = kept.organisation_id or gone.organisation_id
    values = {"importance": kept.importance, "role": kept.role, "organisation_id": kept.organisation_id}
    widen(kept, gone)
    UserGroupMembership.objects.filter(pk=kept.pk).update(**values)


def settle_seat(kept: CommitteeSeat, gone: CommitteeSeat) -> None:
    """Two seats in one committee both stay: the second is named after the organisation that held it."""
    gone.label = str(gone.organisation)[:100]
    gone.save()


def two_seats(kept: CommitteeSeat, gone: CommitteeSeat) -> str:
    """Say that both seats stay."""
    return _("%(committee)s: both seats stay; the second is called “%(name)s”.") % {
        "committee": kept.committee,
        "name": gone.organisation,
    }


def settle_participant(kept: Participant, gone: Participant) -> None:
    """Who took part twice took part once, for the organisation that is known."""
    if kept.organisation_id is None and gone.organisation_id is not None:
        kept.organisation_id = gone.organisation_id
        kept.save()
    gone.delete()


def address_of(row: Any) -> Any:
    """An address is the same whatever its case."""
    return row.address.lower()


def recipient_keys(stays: models.Model, goes: models.Model) -> None:
    """Let the guard against doubles know the recipient's new number, unless both were sent the same message."""
    before, after = (f"{record._meta.label_lower}/{record.pk}" for record in (goes, stays))
    sent = Message.objects.filter(
        recipient_key=after,
        purpose=models.OuterRef("purpose"),
        subject_type=models.OuterRef("subject_type"),
        subject_id=models.OuterRef("subject_id"),
        version=models.OuterRef("version"),
    )
    Message.objects.filter(recipient_key=before).exclude(models.Exists(sent)).update(recipient_key=after)


def everything() -> Iterable[AnyRule]:
    """The rules of this app and of the apps under it."""
    contacts, names = gettext_lazy("Contacts"), gettext_lazy("Names")
    addresses, posts = gettext_lazy("Addresses"), gettext_lazy("Posts")
    focal_points, experts = gettext_lazy("Focal points"), gettext_lazy("Our experts")
    memberships, tasks = gettext_lazy("Group memberships"), gettext_lazy("Tasks")
    yield from (
        Rule(Person, "merged_into"),
        PostRule(
            Post,
            "person",
            posts,
            same=("organisation",),
            overlapping=True,
            settle=settle_post,
            explain=earlier_date_stays,
        ),
        AddressRule(PersonEmail, "person", addresses, key=address_of, settle=settle_address),
        Rule(PersonName, "person", names, same=("name",)),
        Rule(PersonDomain, "person", gettext_lazy("Statistical domains"), same=("domain",)),
        FocalPointRule(FocalPoint, "person", focal_points, explain=one_stays_first),
        Rule(Participant, "person", contacts, same=("interaction",), settle=settle_participant),
        Rule(Task, "person", tasks),
        Rule(
            UserGroupMembership,
            "person",
            memberships,
            same=("group",),
            overlapping=True,
            settle=settle_membership,
            explain=earlier_date_stays,
        ),
        Rule(
            SeatHolder,
            "person",
            gettext_lazy("Committee seats"),
            same=("seat", "position"),
            overlapping=True,
            settle=widen,
            explain=earlier_date_stays,
        ),
        Rule(MovedDue, "person", key=lambda row: "one"),
        Rule(Organisation, "merged_into"),
        Rule(Organisation, "parent", gettext_lazy("Units")),
        Rule(OrganisationName, "organisation", names, same=("name", "kind")),
        AddressRule(OrganisationEmail, "organisation", addresses, key=address_of, settle=settle_address),
        Rule(
            Post,
            "organisation",
            posts,
            same=("person",),
            overlapping=True,
            settle=settle_post,
            explain=earlier_date_stays,
        ),
        FocalPointRule(FocalPoint, "organisation", focal_points, explain=one_stays_first),
        AssignmentRule(ExpertAssignment, "organisation", experts, explain=one_stays_first),
        Rule(Participant, "organisation", contacts, same=("interaction",), among=Q(person=None)),
        Rule(Task, "organisation", tasks),
        Rule(UserGroupMembership, "organisation", memberships),
        Rule(
            CommitteeSeat,
            "organisation",
            gettext_lazy("Committee seats"),
            same=("committee", "label"),
            among=Q(archived_at=None),
            settle=settle_seat,
            explain=two_seats,
        ),
        Rule(Product, "unit", gettext_lazy("Products")),
        Rule(MovedDue, "organisation", key=lambda row: "one"),
        GenericRule(Message, "recipient_type", "recipient_id", gettext_lazy("Messages sent"), finish=recipient_keys),
        GenericRule(Message, "subject_type", "subject_id", guard=("purpose", "recipient_key", "version")),
        GenericRule(PersonalLink, "record_type", "record_id"),
    )


register(*everything())
