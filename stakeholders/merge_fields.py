"""The record's own fields in a merge: where both say something different a person chooses, an objection always wins.

A field is one of four kinds: chosen (one of the two values; an empty one is filled without asking), joined (a flag or
list: what either says), written together (notes), or a date of which the later or earlier one stays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import office_date

from .merge_rules import overlap
from .models import Objection, Organisation, Person, Post
from .models.person import ContactRole

CHOSEN: dict[type[models.Model], list[str]] = {
    Organisation: [
        "name",
        "short_name",
        "code",
        "parent",
        "kind",
        "government_level",
        "segment",
        "country",
        "region",
        "town",
        "website",
        "phone",
        "owner",
        "tier",
        "cadence_days",
    ],
    Person: [
        "name",
        "native_name",
        "honorific",
        "code",
        "language",
        "phone",
        "mobile",
        "owner",
        "cadence_days",
        "lawful_basis",
    ],
}
JOINED: dict[type[models.Model], list[str]] = {
    Organisation: ["is_user", "is_data_holder", "is_data_supplier", "is_producer", "is_funder", "is_this_office"],
    Person: ["is_key_user", "do_not_contact", "roles", "objections"],
}
TOGETHER = {Organisation: ["note"], Person: ["note"]}
LATER = {Organisation: ["verified_on"], Person: ["verified_on", "deceased_on"]}
EARLIER = {Organisation: [], Person: ["informed_on"]}
# What goes along with a chosen field.
ALONG = {(Person, "native_name"): ["native_language"], (Person, "name"): ["sort_name"]}
# Not a person's to choose: kept by the database or by the merge itself.
KEPT = {
    "id",
    "user",
    "archived_at",
    "anonymised_at",
    "merged_into",
    "created_at",
    "revision",
    "search_text",
    "sort_name",
    "native_language",
    "last_substantive_on",
    "next_due_on",
}


@dataclass(frozen=True)
class Line:
    """One row of the comparison: what each record says, and whether somebody must choose."""

    name: str
    label: str | Promise
    stays: str
    goes: str
    choose: bool = False
    taken: bool = False
    why: str = ""


def lines(stays: Any, goes: Any) -> list[Line]:
    """Everything in which the two records differ or which is known of one of them, in the order of the page."""
    model = type(stays)
    found = [_chosen(stays, goes, name) for name in CHOSEN[model]]
    found[1:1] = _posts(stays, goes) if model is Person else []
    found.append(_main_address(stays, goes))
    found += [_flag(stays, goes, name) for name in JOINED[model] if name not in ("roles", "objections")]
    if model is Person:
        found.append(_list(stays, goes, "roles", ContactRole))
        found += _objections(stays, goes)
    found += [_dated(stays, goes, name) for name in (*LATER[model], *EARLIER[model])]
    found += [_notes(stays, goes)]
    return [line for line in found if line is not None]


def choices(stays: Any, goes: Any) -> list[str]:
    """The names of the fields of which somebody must choose one."""
    return [line.name for line in lines(stays, goes) if line.choose]


def fill(stays: Any, goes: Any, take: Collection[str]) -> None:
    """Give the record that stays what is to be taken from the other, and everything it does not say itself."""
    model = type(stays)
    for name in CHOSEN[model]:
        if _is_empty(stays, name) or (name in take and not _is_empty(goes, name)):
            for each in (name, *ALONG.get((model, name), [])):
                attname = model._meta.get_field(each).attname
                setattr(stays, attname, getattr(goes, attname))
    if model is Organisation and stays.parent_id in (stays.pk, goes.pk):
        stays.parent_id = None
    for name in JOINED[model]:
        setattr(stays, name, _joined(getattr(stays, name), getattr(goes, name)))
    for name in TOGETHER[model]:
        texts = dict.fromkeys(text for text in (getattr(stays, name), getattr(goes, name)) if text)
        setattr(stays, name, "\n\n".join(texts))
    for name in (*LATER[model], *EARLIER[model]):
        setattr(stays, name, _day_that_stays(model, name, getattr(stays, name), getattr(goes, name)))


def _joined(own: Any, other: Any) -> Any:
    """A flag that either carries, or a list of what either holds."""
    if isinstance(own, bool):
        return own or other
    return [*own, *(one for one in other if one not in own)]


def _day_that_stays(model: type[models.Model], name: str, *days: date | None) -> date | None:
    best = min if name in EARLIER[model] else max
    return best((day for day in days if day), default=None)


def same_main_post(stays: Person, goes: Person) -> tuple[Post, Post] | None:
    """The posts of the two that are one post: in the same organisation at the same time, the main one first."""
    theirs = list(goes.posts.select_related("organisation").order_by("-is_primary", "-pk"))
    for kept in stays.posts.select_related("organisation").order_by("-is_primary", "-pk"):
        for gone in theirs:
            if kept.organisation_id == gone.organisation_id and overlap(kept, gone):
                return kept, gone
    return None


def _is_empty(record: Any, name: str) -> bool:
    return getattr(record, record._meta.get_field(name).attname) in (None, "")


def _words(record: Any, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    if value and name == "language":
        return str(get_language_info(value)["name_translated"])
    return "" if value is None else str(value)


def _label(record: Any, name: str) -> str:
    label = str(record._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _chosen(stays: Any, goes: Any, name: str) -> Line | None:
    own, other = _words(stays, name), _words(goes, name)
    if own == other:
        return Line(name, _label(stays, name), own, _("the same")) if own and name in ("name", "kind") else None
    return Line(name, _label(stays, name), own, other, choose=bool(own and other), taken=not own)


def _posts(stays: Person, goes: Person) -> list[Line]:
    pair = same_main_post(stays, goes)
    if pair is None:
        return []
    kept, gone = pair
    found = [Line("organisation", _("Organisation"), str(kept.organisation), _("the same"))]
    if kept.title != gone.title:
        both = bool(kept.title and gone.title)
        found.insert(0, Line("title", _("Title"), kept.title, gone.title, choose=both, taken=not kept.title))
    return found


def _main_address(stays: Any, goes: Any) -> Line | None:
    own, other = (
        record.emails.filter(is_primary=True).values_list("address", flat=True).first() or ""
        for record in (stays, goes)
    )
    if own.lower() == other.lower():
        return None
    label = gettext_lazy("Main e-mail address")
    return Line("email", label, own, other, choose=bool(own and other), taken=not own)


def _flag(stays: Any, goes: Any, name: str) -> Line | None:
    own, other = getattr(stays, name), getattr(goes, name)
    if own == other:
        return None
    why = _("an objection always stays") if name == "do_not_contact" else _("what one of them is, both are")
    return Line(name, _label(stays, name), _yes(own), _yes(other), taken=other, why=why)


def _yes(value: Any) -> str:
    return _("Yes") if value else _("No")


def _list(stays: Any, goes: Any, name: str, words: type[models.TextChoices]) -> Line | None:
    own, other = getattr(stays, name), getattr(goes, name)
    more = set(other) - set(own)
    if not more:
        return None
    said = [", ".join(str(words(one).label) for one in each) for each in (own, other)]
    return Line(name, _label(stays, name), *said, taken=True, why=_("both are kept"))


def _objections(stays: Person, goes: Person) -> list[Line]:
    found = []
    for one in Objection:
        own, other = (one in record.objections for record in (stays, goes))
        if own != other:
            said = [_("Objected") if each else _("Agreed") for each in (own, other)]
            found.append(Line(one, one.label, *said, taken=other, why=_("an objection always stays")))
    return found


def _dated(stays: Any, goes: Any, name: str) -> Line | None:
    own, other = getattr(stays, name), getattr(goes, name)
    if own == other:
        return None
    best = _day_that_stays(type(stays), name, own, other)
    return Line(name, _label(stays, name), office_date(own), office_date(other), taken=best == other)


def _notes(stays: Any, goes: Any) -> Line | None:
    if not goes.note or goes.note == stays.note:
        return None
    return Line("note", _label(stays, "note"), stays.note, goes.note, taken=True, why=_("both are kept"))
