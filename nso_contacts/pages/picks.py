"""Choosing one record, or several, out of more than a drop-down list can hold.

An app registers what can be chosen, in `AppConfig.ready`:

    picks.register(PickSource("person", _("Person"), lambda user: Person.objects.active().visible_to(user),
                              detail=lambda person: person.post_line))

A form asks for it: `Pick("person", label=_("With"))` gives a record (or None), `PickMany("person")` a list of records.
Filters of a list use `PickFilter(kind="organisation", field_name=…)`.

Without scripts the field is a text box and a “Find” button: the form comes back with everything typed and with up to 20
matches to choose from. A text that was typed but not looked for yet is looked for, never dropped: the form is not saved
before. With scripts it is one box that suggests while typing, from `/pick/<kind>/?q=`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from .matching import matching

MOST_MATCHES = 20
FIND = "find"
HIGHEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class PickSource:
    """One kind of record that can be chosen. `queryset(user)` must go through `visible_to`.

    `text` and `detail` say what a person reads for a record (fetch what they need in `queryset`), `fields` where to
    look instead of `search_text`, `order` in which order matches stand, `capability` who may choose at all.
    """

    kind: str
    label: str | Promise
    queryset: Callable[[Any], QuerySet[Any]]
    text: Callable[[Any], str] = str
    detail: Callable[[Any], str] = lambda record: ""
    fields: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    capability: str | None = None

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may choose from it."""
        return self.capability is None or user.has_perm(f"access.{self.capability}")

    def find(self, user: Any, typed: str, without: Iterable[str] = ()) -> list["Choice"]:
        """Return up to 20 matches, and one more if there are more."""
        rows = matching(self.queryset(user), typed, *self.fields).exclude(pk__in=readable(without))
        rows = rows.order_by(*self.order, "pk") if self.order else rows
        return [self.choice(record) for record in rows[: MOST_MATCHES + 1]]

    def choice(self, record: Any) -> "Choice":
        """Return a record as it is offered."""
        return Choice(str(record.pk), str(self.text(record)), str(self.detail(record)))


@dataclass(frozen=True)
class Choice:
    """A record on offer."""

    key: str
    text: str
    detail: str


_sources: dict[str, PickSource] = {}


def register(source: PickSource) -> None:
    """Let forms choose from `source`. Registering the same kind again replaces it."""
    _sources[source.kind] = source


def get(kind: str) -> PickSource | None:
    """Return the source of a kind; None for an unknown one."""
    return _sources.get(kind)


def kinds() -> list[str]:
    """Return every kind of record that can be chosen."""
    return sorted(_sources)


def readable(keys: Iterable[Any]) -> list[int]:
    """Return those of `keys` that can be the key of a row."""
    texts = (str(key) for key in keys)
    return [int(text) for text in texts if text.isdecimal() and len(text) < 20 and int(text) <= HIGHEST_KEY]


class PickWidget(forms.Widget):
    """The chosen records, a text box with a button, and what was found."""

    template_name = "pages/widgets/pick.html"
    use_fieldset = True
    allow_multiple_selected = False
    source: PickSource
    user: Any = None
    typed: str = ""
    looked_for: bool = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the chosen key."""
        return data.get(name)

    def format_value(self, value: Any) -> list[str]:
        """Return the chosen keys as text."""
        values = value if isinstance(value, (list, tuple, set)) else [value]
        return [str(one) for one in values if one not in (None, "")]

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The legend stands for the group; no single control is labelled by it."""
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Look up the chosen records, and the matches if something was typed."""
        context = super().get_context(name, value, attrs)
        keys = self.format_value(value)
        found = self.source.find(self.user, self.typed, without=keys) if self.typed else []
        context["widget"] |= {
            "kind": self.source.kind,
            "url": reverse("pages:pick", args=[self.source.kind]),
            "invalid": "aria-invalid" in context["widget"]["attrs"],
            "many": self.allow_multiple_selected,
            "chosen": self.chosen(keys),
            "typed": self.typed,
            "matches": found[:MOST_MATCHES],
            "more": len(found) > MOST_MATCHES,
            "most": MOST_MATCHES,
        }
        return context

    def chosen(self, keys: list[str]) -> list[Choice]:
        """Return the chosen records in words, in the order they were chosen."""
        if not readable(keys):
            return []
        model = self.source.queryset(self.user).model
        records = {str(record.pk): record for record in self.source.queryset(self.user).filter(pk__in=readable(keys))}
        missing = readable(set(keys) & self.kept - records.keys())
        if missing:
            records |= {str(record.pk): record for record in model._base_manager.filter(pk__in=missing)}
        return [self.source.choice(records[key]) for key in keys if key in records]

    # Keys that were chosen before the form was opened: they stay valid although they are not on offer any more.
    kept: frozenset[str] = frozenset()


class PickManyWidget(PickWidget):
    """The same for several records."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the chosen keys, each once."""
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return list(dict.fromkeys(value for value in values if value))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing sent means nothing chosen."""
        return False


class Pick(forms.Field):
    """One record of a registered kind; None when nothing is chosen and nothing is required."""

    widget: Any = PickWidget
    default_error_messages = {
        "required": _("Choose one"),
        "invalid_choice": _("Choose one from the matches; this one is not on offer any more"),
    }

    def __init__(self, kind: str, **kwargs: Any) -> None:
        """Offer the records of `kind`."""
        self.kind = kind
        super().__init__(**kwargs)

    @property
    def source(self) -> PickSource:
        """What is on offer."""
        return _sources[self.kind]

    def for_user(self, user: Any) -> None:
        """Offer what `user` may see. Forms of this office call it."""
        self.widget.user = user
        self.widget.source = self.source

    def read(self, data: Any, name: str, initial: Any) -> None:
        """Take what was typed into the text box, and remember what was chosen before."""
        self.widget.kept = frozenset(self.widget.format_value(self.prepare_value(initial)))
        if data is not None:
            self.widget.typed = data.get(f"{name}-{FIND}", "").replace("\x00", "").strip()
            self.widget.looked_for = data.get(f"{name}-found", "").strip() == self.widget.typed

    def wants_matches(self, data: Any, name: str) -> bool:
        """Whether “Find” was pressed, or a text was typed that was not looked for yet."""
        return data.get(FIND) == name or bool(self.widget.typed and not self.widget.looked_for)

    def prepare_value(self, value: Any) -> Any:
        """Return keys for records."""
        if isinstance(value, Model):
            return value.pk
        if hasattr(value, "all"):
            value = value.all()
        if isinstance(value, (list, tuple, set, QuerySet)):
            return [one.pk if isinstance(one, Model) else one for one in value]
        return value

    def records(self, keys: Iterable[Any]) -> dict[str, Any]:
        """Return the records of `keys` that may be chosen, or were chosen before."""
        wanted = readable(keys)
        if not wanted:
            return {}
        offered = self.source.queryset(self.widget.user)
        records = {str(record.pk): record for record in offered.filter(pk__in=wanted)}
        kept = readable({str(key) for key in wanted} & self.widget.kept - records.keys())
        if kept:
            records |= {str(record.pk): record for record in offered.model._base_manager.filter(pk__in=kept)}
        return records

    def to_python(self, value: Any) -> Any:
        """Return the record of a sent key."""
        if value in self.empty_values:
            return None
        record = self.records([value]).get(str(value))
        if record is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return record

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare by keys."""
        before = self.widget.format_value(self.prepare_value(initial))
        return sorted(before) != sorted(self.widget.format_value(data))

    def in_words(self, values: list[str]) -> str:
        """Return what a person reads for sent keys."""
        return ", ".join(str(self.source.text(record)) for record in self.records(values).values()) or "—"


class PickMany(Pick):
    """Several records of a registered kind, as a list."""

    widget: Any = PickManyWidget
    default_error_messages = {"required": _("Choose at least one")}

    def to_python(self, value: Any) -> list[Any]:
        """Return the records of the sent keys, in their order."""
        records = self.records(value or [])
        if len(records) < len(set(value or [])):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return [records[str(key)] for key in dict.fromkeys(value or [])]


class PickFilter(Filter):
    """A filter of a list by one record of a registered kind."""

    field_class = Pick

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        """Offer the records of `kind`."""
        super().__init__(*args, kind=kind, **kwargs)
