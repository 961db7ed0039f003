"""Drafts of long forms, kept on the server for whoever types: a closed tab or an ended sign-in loses nothing.

`form_page(…, kept="feedback.portal_request")` is all a view does; a form that belongs to a record names that, too
(`form_of("workshops.event", event)`), so that what is typed about one never turns up at another. The form then
- has a button “Save draft” beside its own, which checks nothing;
- with scripts saves itself quietly a moment after each change, and when its tab is left;
- is filled in from its draft when it is opened again, and says so, with a button to throw the draft away;
- is kept, too, when it was sent with errors;
- has no draft any more once it was sent;
- hands it over to a longer form that it leads to (“All fields”);
- keeps the version of the record it was opened with, so that a draft overwrites nobody who saved meanwhile.

The form carries a signed mark of whose it is (`mark`). When the sign-in ended meanwhile, `DraftMiddleware` keeps what
was sent for the person of the mark, and they find it after signing in. A mark allows nothing but that. Files are not
kept, which the page says. A draft nobody came back to is deleted after `DAYS_KEPT` days.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import office_time

from . import stale
from .models import Draft
from .picks import Pick

ACT, MARK = "draft-act", "draft-mark"
KEEP, QUIETLY, DISCARD = "keep", "quietly", "discard"
LEFT_OUT = {ACT, MARK, "csrfmiddlewaretoken"}
MOST_CHARACTERS = 200_000
DAYS_KEPT = 30
MARK_LIVES = timedelta(days=2)
# How long after a form was sent something it had saved quietly may still be on its way.
STILL_ARRIVING = timedelta(minutes=1)
SALT = "nso_contacts.pages.drafts"


@dataclass(frozen=True)
class Mark:
    """Whose form it is, which form, and which opening of it."""

    owner: int
    form: str
    opening: str

    @classmethod
    def new(cls, user: Any, form: str) -> Self:
        """A mark for a form that is being opened."""
        return cls(user.pk, form, secrets.token_hex(8))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the mark a form was sent with; None for a false or an old one."""
        try:
            owner, form, opening = signing.loads(text, salt=SALT, max_age=MARK_LIVES)
        except (signing.BadSignature, ValueError):
            return None
        return cls(owner, form, opening)

    def __str__(self) -> str:
        return signing.dumps([self.owner, self.form, self.opening], salt=SALT)


def form_of(name: str, record: Any) -> str:
    """Return the name of a form about one record."""
    return f"{name}:{record.pk}"


def sent_mark(request: HttpRequest, form: str) -> Mark:
    """Return the mark a form was sent with, or a new one where it is not the reader's own."""
    mark = Mark.read(request.POST.get(MARK, ""))
    return mark if mark and (mark.owner, mark.form) == (request.user.pk, form) else Mark.new(request.user, form)


def of(user: Any, form: str) -> Draft | None:
    """Return the draft of somebody's form, if there is something in it."""
    return Draft.objects.filter(owner=user, form=form).exclude(values={}).first()


def keep(mark: Mark, data: QueryDict) -> Draft | None:
    """Keep what was typed; None where nothing can be kept: too much of it, or the form has been sent meanwhile."""
    values = {
        name: [value.replace("\x00", "") for value in data.getlist(name)] for name in data if name not in LEFT_OUT
    }
    if sum(len(value) for typed in values.values() for value in typed) > MOST_CHARACTERS:
        return None
    now = timezone.now()
    arrived_late = Draft.objects.filter(
        owner=mark.owner, form=mark.form, ended_by=mark.opening, kept_at__gt=now - STILL_ARRIVING
    )
    if arrived_late.exists() or not get_user_model().objects.filter(pk=mark.owner, is_active=True).exists():
        return None
    fields = {"values": values, "kept_at": now, "ended_by": ""}
    draft, _is_new = Draft.objects.update_or_create(owner_id=mark.owner, form=mark.form, defaults=fields)
    return draft


def end(mark: Mark) -> None:
    """The form was sent, or its draft thrown away: nothing of what was typed stays."""
    fields = {"values": {}, "kept_at": timezone.now(), "ended_by": mark.opening}
    Draft.objects.update_or_create(owner_id=mark.owner, form=mark.form, defaults=fields)


def delete_old() -> int:
    """Delete what nobody came back to; return how many rows."""
    return Draft.objects.filter(kept_at__lt=timezone.now() - timedelta(days=DAYS_KEPT)).delete()[0]


def fill(form: Any, draft: Draft) -> None:
    """Let a form that is not sent start from its draft; what the draft does not know stays as the form offers it."""
    data = QueryDict(mutable=True)
    for name, typed in draft.values.items():
        data.setlist(name, typed)
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if name in (stale.REVISION, stale.OPENED):
            form.initial[name] = data.get(key, field.initial)
        if isinstance(field, forms.FileField) or field.widget.is_hidden:
            continue
        if isinstance(field, Pick):
            field.read(data, key, form.get_initial_for_field(field, name))
        form.initial[name] = field.widget.value_from_datadict(data, {}, key)


def prepare(request: HttpRequest, name: str, form: Any) -> Mapping[str, Any]:
    """Return what the page of a kept form shows, and fill in its draft when it is opened."""
    hand_over(request, name)
    draft = of(request.user, name)
    if draft and request.method != "POST":
        fill(form, draft)
    return {
        "kept": True,
        "kept_draft": draft,
        "draft_mark": sent_mark(request, name),
        "draft_has_files": form.is_multipart(),
    }


def hand_over(request: HttpRequest, name: str) -> None:
    """Go on, as the draft of `name`, with what another form of the reader sent here: a short one's “All fields”."""
    sent = Mark.read(request.POST.get(MARK, ""))
    if sent and sent.owner == request.user.pk and sent.form != name:
        keep(Mark.new(request.user, name), request.POST)
        end(sent)


def answer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the buttons about a draft, and the script that saves it quietly."""
    mark, act = sent_mark(request, name), request.POST[ACT]
    # Over another page the dialog itself shows what has become of the draft.
    in_dialog = bool(request.headers.get("HX-Request"))
    if act == DISCARD:
        end(mark)
        if not in_dialog:
            messages.success(request, _("Draft discarded."))
        return HttpResponseRedirect(request.get_full_path())
    draft = keep(mark, request.POST)
    words = _("Draft saved at %(time)s") % {"time": office_time(draft.kept_at)} if draft else _("Draft not saved")
    if act == QUIETLY:
        return HttpResponse(words, content_type="text/plain; charset=utf-8")
    if not in_dialog:
        messages.success(request, words)
    return HttpResponseRedirect(request.get_full_path())
