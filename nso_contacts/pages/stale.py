"""When two people edit one record: the second sees both versions, and nothing is overwritten unseen.

The form carries the revision it was opened with and what every field said then. If the record has moved on, the answer
is 409: fields that only one of the two changed are kept as changed; for fields that both changed the reader chooses.

Lists of related rows (domains, people who took part, other names) are rows of their own, and the revision of the record
does not count their changes: for those what the form said when it was opened is compared with what it would say now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from .controls import Sent, in_words, keys, pairs

REVISION = "revision"
OPENED = "opened_as"
SEEN = "seen_as"
CONFLICT = "conflict"
CHOICE = "keep-"
GO_BACK = "back_to_form"
SALT = "pages.stale"


class Overtaken(Exception):
    """The record was changed since the form was opened."""


@dataclass(frozen=True)
class LastChange:
    """Who saved a record last, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True)
class Difference:
    """One field in the three versions, in words. `hidden` is what keeps the result of the comparison."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str
    theirs_changed: bool
    mine_changed: bool
    hidden: Sent


_describe: list[Callable[[Any], LastChange | None]] = []


def tell_last_change(find: Callable[[Any], LastChange | None]) -> None:
    """Register who can say who saved a record last. The history knows, and stands above this package."""
    _describe[:] = [find]


def carry(form: Any) -> None:
    """Add the revision and the opened version to a form, both hidden, and apply what the reader chose."""
    form.present = {name: written(form, name, form.get_initial_for_field(field, name)) for name, field in edited(form)}
    form.fields[REVISION] = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=form.instance.revision)
    form.fields[OPENED] = forms.CharField(
        required=False, widget=forms.HiddenInput, initial=signing.dumps(form.present, salt=SALT, compress=True)
    )
    if form.is_bound:
        decide(form)


def edited(form: Any) -> list[tuple[str, forms.Field]]:
    """Return the fields a person edits: no files (a browser cannot send them twice) and nothing that stands still."""
    return [
        (name, field)
        for name, field in form.fields.items()
        if name not in (REVISION, OPENED) and not isinstance(field, forms.FileField) and not field.disabled
    ]


def written(form: Any, name: str, value: Any) -> Sent:
    """Return what a browser would send for `value` in a field."""
    field = form.fields[name]
    return sorted(pairs(field.widget, form.add_prefix(name), field.prepare_value(value)))


def sent(form: Any, name: str) -> Sent:
    """Return what was sent for a field."""
    widget = form.fields[name].widget
    if isinstance(widget, forms.CheckboxInput):
        key = form.add_prefix(name)
        return pairs(widget, key, widget.value_from_datadict(form.data, MultiValueDict(), key))
    named = [(key, value) for key in keys(widget, form.add_prefix(name)) for value in form.data.getlist(key)]
    return sorted([key, value.replace("\r\n", "\n")] for key, value in named if value)


def decide(form: Any) -> None:
    """Put the reader's choices of the comparison into a sent form; go back to the form as it was on request."""
    form.undecided = [name for name in form.data.getlist(CONFLICT) if CHOICE + name not in form.data]
    kept = [name for name in form.data.getlist(CONFLICT) if form.data.get(CHOICE + name) == "theirs"]
    back = form.data.get(GO_BACK)
    if not kept and not back:
        return
    data = form.data.copy()
    data.files = getattr(form.data, "files", None)
    if back:
        data[form.add_prefix(REVISION)] = back
    elif not is_overtaken(form):
        for name in set(kept) & form.present.keys():
            replace(data, keys(form.fields[name].widget, form.add_prefix(name)), form.present[name])
    form.data = data


def replace(data: Any, names: list[str], pairs: Sent) -> None:
    """Let a sent form say `pairs` for the controls `names`."""
    for name in names:
        data.pop(name, None)
    for name, value in pairs:
        data.appendlist(name, value)


def wants_form_back(request: HttpRequest) -> bool:
    """Whether the reader left the comparison to go on typing."""
    return bool(request.POST.get(GO_BACK))


def is_undecided(form: Any) -> bool:
    """Whether the comparison was sent with a choice missing."""
    return bool(getattr(form, "undecided", []))


def is_overtaken(form: Any) -> bool:
    """Whether the record of a sent form, or a list that belongs to it, is another than when the form was opened."""
    if REVISION not in form.fields:
        return False
    return form.data.get(form.add_prefix(REVISION), "") != str(form.instance.revision) or other_lists(form)


def lists(form: Any) -> list[str]:
    """Return the fields that say what rows of other tables are: several of a kind, or rows inside the form."""
    inside = getattr(form, "row_names", ())
    return [
        name
        for name, field in edited(form)
        if name in inside or getattr(field.widget, "allow_multiple_selected", False)
    ]


def other_lists(form: Any) -> bool:
    """Whether a list reads otherwise than the reader knows it: from opening the form, or from the comparison."""
    known = signed(form.data.get(SEEN, "")) or opened_version(form)
    return any(name in known and form.present[name] != known[name] for name in lists(form))


def refuse_if_overtaken(form: Any) -> None:
    """Lock the record and raise `Overtaken` if it has moved on. Call within the transaction that saves."""
    if REVISION not in form.fields:
        return
    rows = type(form.instance)._base_manager.select_for_update(of=("self",)).filter(pk=form.instance.pk)
    revision = rows.values_list("revision", flat=True).first()
    if str(revision) != form.data.get(form.add_prefix(REVISION), "") or other_lists(form):
        raise Overtaken


def opened_version(form: Any) -> Mapping[str, Sent]:
    """Return what the fields said when the form was opened; nothing if that was not sent along."""
    return signed(form.data.get(form.add_prefix(OPENED), ""))


def signed(text: str) -> Mapping[str, Sent]:
    """Return what the fields say in a signed version; nothing if it is none of ours."""
    try:
        return signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}


def present_version(form: Any) -> tuple[Any, Mapping[str, Sent]]:
    """Return the record as it is now, and what its fields say."""
    record = type(form.instance)._base_manager.get(pk=form.instance.pk)
    if record.revision == form.fields[REVISION].initial:
        return record, form.present
    # Saved by somebody else while this very request ran: read it again.
    values = forms.models.model_to_dict(record)
    return record, {n: written(form, n, values[n]) if n in values else form.present[n] for n, _field in edited(form)}


def differences(form: Any, before: Mapping[str, Sent], theirs: Mapping[str, Sent]) -> list[Difference]:
    """Compare the three versions, field by field; fields on which all agree are left out of the page but kept."""
    found, inside = [], getattr(form, "row_names", ())
    for name, field in edited(form):
        mine, their, was = sent(form, name), theirs[name], before.get(name, theirs[name])
        if name in inside and before and name not in before and not mine:
            # It stood in no form that the reader saw: a row that somebody added meanwhile, or another empty one.
            mine = was = [] if name in form.kept_rows else their
        theirs_changed, mine_changed = their != was, mine not in (was, their)
        found.append(
            Difference(
                name,
                form[name].label,
                in_words(field, [value for _key, value in was]),
                in_words(field, [value for _key, value in their]),
                in_words(field, [value for _key, value in mine]),
                theirs_changed,
                mine_changed,
                mine if mine_changed else their,
            )
        )
    return found


def page(request: HttpRequest, form: Any, frame: Mapping[str, Any]) -> HttpResponse:
    """Answer 409 with both versions."""
    record, theirs = present_version(form)
    found = differences(form, opened_version(form), theirs)
    visible = [one for one in found if not form[one.name].is_hidden]
    # Of lists the history of the record itself says nothing.
    moved_on = form.data.get(form.add_prefix(REVISION), "") != str(record.revision)
    by_whom = _describe[0](record) if _describe and moved_on else None
    opened_with = form.data.get(GO_BACK) or form.data.get("opened_revision") or form.data.get(form.add_prefix(REVISION))
    context = {
        **frame,
        "title": _("%(name)s saved this record while you were editing")
        % {"name": by_whom.actor if by_whom else _("Somebody else")},
        "record": record,
        "last_change": by_whom,
        "actor": by_whom.actor if by_whom else _("Somebody else"),
        "both": [one for one in visible if one.theirs_changed and one.mine_changed],
        "single": [one for one in visible if one.theirs_changed != one.mine_changed],
        "hidden": [pair for one in found for pair in one.hidden],
        "revision_name": form.add_prefix(REVISION),
        "opened_name": form.add_prefix(OPENED),
        "revision": record.revision,
        "seen": signing.dumps({name: theirs[name] for name in lists(form)}, salt=SALT, compress=True),
        "opened_with": opened_with,
        "opened": form.data.get(form.add_prefix(OPENED), ""),
        "undecided": is_undecided(form),
        "has_file": any(isinstance(field, forms.FileField) for field in form.fields.values()),
    }
    return render(request, "pages/stale.html", context, status=409)
