"""Rows inside a form: the names and the addresses of a record, some empty ones at the end for more.

Each row is a few ordinary fields of the same form (`names_0_name`, `names_0_kind`, …), so that errors, the comparison
of a stale form and the way without scripts are those of every other field. A row whose text is emptied is removed.
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import AddressState, OrganisationName

BLANK = 2
MOST = 60


@dataclass(frozen=True)
class RowKind:
    """One kind of rows: its prefix, its heading and its fields; `text` is the field that makes a row."""

    prefix: str
    title: Any
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of the form as the template draws it: the fields of a section, or rows."""

    title: Any
    kind: RowKind | None = None
    rows: Any = ()
    fields: Any = ()


class RowsMixin:
    """Adds rows to an `OfficeModelForm`; `row_kinds` names them and `existing_rows` finds those of the record."""

    row_kinds: tuple[RowKind, ...] = ()

    def __init__(self, data=None, *args, instance=None, **kwargs):
        self.row_numbers: dict[str, int] = {}
        # The fields of rows that exist.
        self.kept_rows: set[str] = set()
        # Before the form is made, so that rows are fields like all others from the beginning.
        self.base_fields = dict(self.base_fields)
        for kind in self.row_kinds:
            self.add_rows(kind, self.existing_rows(kind, instance) if instance is not None else (), data)
        super().__init__(data, *args, instance=instance, **kwargs)

    def existing_rows(self, kind, record):
        """Return the rows that a record has."""
        return getattr(record, kind.prefix).order_by("pk") if record.pk else ()

    def add_rows(self, kind, existing, data):
        """Add the fields of one kind: a row for each of `existing`, those sent besides, and empty ones."""
        rows = in_sent_order(kind, list(existing), data)
        number = max(len(rows) + BLANK, sent(kind, data))
        self.row_numbers[kind.prefix] = number
        for index in range(number):
            row = rows[index] if index < len(rows) else None
            self.base_fields[f"{kind.prefix}_{index}_pk"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=row.pk if row else None
            )
            for name in kind.fields:
                field = self.row_field(kind, name)
                field.required = False
                if row is not None:
                    field.initial = getattr(row, name)
                    self.kept_rows.add(f"{kind.prefix}_{index}_{name}")
                field.label = f"{field.label}, {_('row %(number)s') % {'number': index + 1}}"
                self.base_fields[f"{kind.prefix}_{index}_{name}"] = field

    def row_field(self, kind, name):
        """Return the field of a row."""
        return ROW_FIELDS[name]()

    @property
    def row_names(self):
        """The names of all fields that stand in rows."""
        return {
            f"{kind.prefix}_{index}_{name}"
            for kind in self.row_kinds
            for index in range(self.row_numbers.get(kind.prefix, 0))
            for name in (*kind.fields, "pk")
        }

    def rows(self, kind):
        """The bound fields of each row, for the template."""
        return [
            [self[f"{kind.prefix}_{index}_{name}"] for name in kind.fields]
            for index in range(self.row_numbers[kind.prefix])
        ]

    # Parts that stand open; for somebody new the others wait behind one line. A part is a section or a kind of rows.
    order: tuple[str, ...] = ()
    opened: int = 3
    more_title = gettext_lazy("More to say")

    @property
    def _all_parts(self):
        sections = {str(title): Part(title, fields=fields) for title, fields in self.groups}
        kinds = {kind.prefix: Part(kind.title, kind, self.rows(kind)) for kind in self.row_kinds}
        names = [str(name) for name in self.order if str(name) in sections or name in kinds]
        return [sections.get(name) or kinds[name] for name in names]

    @property
    def parts(self):
        """What stands open."""
        return self._all_parts if self.instance.pk else self._all_parts[: self.opened]

    @property
    def more_parts(self):
        """What waits behind one line while somebody new is added."""
        return [] if self.instance.pk else self._all_parts[self.opened :]

    @property
    def groups(self):
        """The other fields, by section: rows are drawn on their own."""
        rows = self.row_names
        kept = [(title, [field for field in fields if field.name not in rows]) for title, fields in super().groups]
        return [(title, fields) for title, fields in kept if fields]

    def cleaned_rows(self, kind):
        """Return the rows as the actions take them: a row with a `pk` alone is to be removed."""
        found = []
        for index in range(self.row_numbers[kind.prefix]):
            prefix = f"{kind.prefix}_{index}_"
            values = {name: self.cleaned_data.get(prefix + name) for name in kind.fields}
            pk = self.cleaned_data.get(prefix + "pk")
            if values[kind.text]:
                found.append({**values, **({"pk": pk} if pk else {})})
            elif pk:
                found.append({"pk": pk})
        return found

    def refuse_doubles(self, kind, same):
        """Say beside the second row that it says the same as an earlier one."""
        seen = set()
        for index in range(self.row_numbers[kind.prefix]):
            prefix = f"{kind.prefix}_{index}_"
            text = self.cleaned_data.get(prefix + kind.text)
            key = tuple(str(self.cleaned_data.get(prefix + name)).lower() for name in same)
            if text and key in seen:
                self.add_error(prefix + kind.text, _("This stands there twice. Empty one of the two."))
            seen.add(key)


def sent(kind, data):
    """How many rows a sent form holds."""
    found = (re.fullmatch(rf"{kind.prefix}_(\d{{1,3}})_\w+", name) for name in data or ())
    return min(max((int(match[1]) + 1 for match in found if match), default=0), MOST)


def in_sent_order(kind, rows, data):
    """Return the rows in the places where a sent form has them, None where one is gone, those added since at the end.

    Otherwise a row that a colleague removed would let the following ones move up, and what was typed into one would be
    taken for a change of another.
    """
    if data is None:
        return rows
    by_key = {str(row.pk): row for row in rows}
    keys = [data.get(f"{kind.prefix}_{index}_pk", "") for index in range(sent(kind, data))]
    if not any(keys):
        return rows
    placed = [by_key.pop(key, None) for key in keys]
    while placed and placed[-1] is None and not by_key:
        placed.pop()
    return [*placed, *by_key.values()]


class AddressRowsMixin(RowsMixin):
    """Rows of e-mail addresses, of which one is the main one."""

    emails = RowKind("emails", gettext_lazy("E-mail addresses"), "address", ("address", "state", "is_primary"))

    def clean(self):
        found = super().clean()
        self.refuse_doubles(self.emails, ["address"])
        rows = [f"emails_{index}_" for index in range(self.row_numbers["emails"])]
        main = [row for row in rows if found.get(f"{row}is_primary")]
        for row in main[1:]:
            self.add_error(f"{row}is_primary", _("Tick one main address only."))
        for row in main:
            if not found.get(f"{row}address") and f"{row}address" not in self.errors:
                self.add_error(f"{row}address", _("Enter the main address, or tick another one."))
            if found.get(f"{row}state") == AddressState.NOT_IN_USE:
                self.add_error(f"{row}state", _("An address that is not in use cannot be the main one."))
        return found


ROW_FIELDS = {
    "name": lambda: forms.CharField(label=_("Name"), max_length=200),
    "kind": lambda: forms.ChoiceField(
        label=_("Kind of name"), choices=OrganisationName.Kind.choices, initial=OrganisationName.Kind.ACRONYM
    ),
    "language": lambda: forms.CharField(
        label=_("Language"), max_length=12, widget=forms.TextInput({"size": 4, "placeholder": "fr"})
    ),
    "address": lambda: forms.EmailField(label=_("E-mail address")),
    "state": lambda: forms.ChoiceField(label=_("State"), choices=AddressState.choices, initial=AddressState.WORKS),
    "is_primary": lambda: forms.BooleanField(label=_("Main address")),
}
