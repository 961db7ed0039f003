"""What the controls of a form send, and what a reader reads for it."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django_filters.widgets import SuffixedMultiWidget

from nso_contacts.office import dates

# What a browser would send for one field: (name of the control, value) pairs.
Sent = list[list[str]]


def keys(widget: forms.Widget, key: str) -> list[str]:
    """Return the names of the controls of a field."""
    if isinstance(widget, SuffixedMultiWidget):
        return [widget.suffixed(key, suffix) for suffix in widget.suffixes]
    if isinstance(widget, forms.MultiWidget):
        inside: Any = widget
        named = zip(inside.widgets_names, inside.widgets, strict=True)
        return [one for suffix, inner in named for one in keys(inner, key + suffix)]
    return [key]


def pairs(widget: forms.Widget, key: str, value: Any) -> Sent:
    """Return what a browser would send for `value`, with the line ends of the server."""
    if isinstance(widget, forms.MultiWidget):
        inside: Any = widget
        parts = value if isinstance(value, (list, tuple)) else inside.decompress(value)
        named = zip(inside.widgets_names, inside.widgets, parts, strict=False)
        return [pair for suffix, inner, part in named for pair in pairs(inner, key + suffix, part)]
    if isinstance(widget, forms.CheckboxInput):
        return [[key, "on"]] if value else []
    text = widget.format_value(value)
    values = text if isinstance(text, (list, tuple)) else [text]
    return [[key, str(one).replace("\r\n", "\n")] for one in values if one not in (None, "")]


def in_words(field: forms.Field, values: list[str]) -> str:
    """Return what a person reads for the sent values of a field."""
    if hasattr(field, "in_words"):
        return field.in_words(values)
    if isinstance(field, forms.NullBooleanField):
        values = [value for value in values if value.lower() in ("true", "yes", "1", "on")]
    if isinstance(field, forms.BooleanField):
        return _("yes") if values else _("no")
    if not values:
        return "—"
    if isinstance(field, forms.ModelChoiceField):
        return ", ".join(field.label_from_instance(record) for record in records(field, values))
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in flat(field.choices)}
        return ", ".join(labels.get(value, value) for value in values)
    try:
        value = field.to_python(values[0]) if len(values) == 1 else None
    except ValidationError:
        value = None
    return spoken(value) or ", ".join(values)


def days_in_words(days: slice) -> str:
    """Return what a person reads for a range of days, of which one end may be open."""
    ends = [day and dates.with_year(timezone.localtime(day)) for day in (days.start, days.stop)]
    if not ends[1]:
        return _("from %(day)s") % {"day": ends[0]}
    if not ends[0]:
        return _("until %(day)s") % {"day": ends[1]}
    return _("%(first)s to %(last)s") % {"first": ends[0], "last": ends[1]}


def records(field: Any, values: list[str]) -> Iterable[Any]:
    """Return the records that sent keys mean; none for keys that cannot be read."""
    try:
        return field.queryset.filter(**{f"{field.to_field_name or 'pk'}__in": values})
    except (TypeError, ValueError):
        return []


def flat(choices: Any) -> list[tuple[Any, Any]]:
    """Return the choices of a field without their groups."""
    return [
        pair for key, label in choices for pair in (flat(label) if isinstance(label, (list, tuple)) else [(key, label)])
    ]


def spoken(value: Any) -> str:
    """Return a date or time in the reader's form; nothing for other values."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{dates.with_year(value)}, {value:%H:%M}"
    if isinstance(value, date):
        return dates.with_year(value)
    return formats.time_format(value, "H:i") if isinstance(value, time) else ""
