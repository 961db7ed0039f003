"""Changing many records of a list at once: what is asked, what will happen, what has happened, and taking it back."""

import hashlib
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.access.policy import requires
from nso_contacts.audit import undo as traces
from nso_contacts.imports import progress
from nso_contacts.office.templatetags.office import number as in_figures
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import bulk_change as actions
from ..bulk_kinds import kind_of
from ..listings.organisation import OrganisationListing
from ..listings.person import PersonListing
from ..models import BulkChange

LISTS = {"person": PersonListing, "organisation": OrganisationListing}
PREFIX = actions.PREFIX
SHOWN = 20


class Selection:
    """The rows of a list that somebody chose, and what is to be done with them."""

    def __init__(self, request, subject, key):
        self.kind = kind_of(key, subject)
        if self.kind is None:
            raise Http404
        if not request.user.has_perm(f"access.{self.kind.capability}"):
            raise PermissionDenied
        self.request, self.subject, self.listing = request, subject, LISTS[subject]
        rows = self.listing.chosen(request)
        self.rows = rows.model.objects.editable_by(request.user).filter(pk__in=rows.order_by().values("pk"))
        self.back = reverse(f"stakeholders:{subject}_list")
        self.crumbs = [(self.listing.title, self.back)]

    @property
    def number(self):
        """How many rows were chosen."""
        return self.rows.count()

    def nothing_chosen(self):
        """Answer somebody who chose no row."""
        messages.warning(self.request, _("Tick the rows first."))
        return redirect(self.back)

    @property
    def options(self):
        """What the form was filled in with, as the address holds it."""
        return urlencode(
            [
                (name, value)
                for name in self.request.GET
                if name.startswith(PREFIX)
                for value in self.request.GET.getlist(name)
            ]
        )

    def words(self, number):
        """“46 people”."""
        return self.listing.noun % {"n": number, "shown": in_figures(number)}


@requires("change_directory", "change_workshops")
def options(request, subject, key):
    """Ask what the chosen rows are to get. The answer goes into the address of the page that asks for confirmation."""
    chosen = Selection(request, subject, key)
    confirm_url = reverse(f"stakeholders:{subject}_bulk_confirm", args=[key])
    if chosen.kind.form is None:
        return redirect(f"{confirm_url}?{request.GET.urlencode()}")
    number = chosen.number
    if not number:
        return chosen.nothing_chosen()

    def save(form):
        asked = [(name, field.prepare_value(form.cleaned_data[name])) for name, field in form.fields.items()]
        kept = [(form.add_prefix(name), value) for name, value in asked if value not in (None, "")]
        state = request.GET.copy()
        for name, value in kept:
            state[name] = value
        state.setdefault(form.add_prefix("reason"), "")
        return f"{confirm_url}?{state.urlencode()}"

    return form_page(
        request,
        chosen.kind.form(posted(request), user=request.user, prefix=actions.FORM),
        save=save,
        title=chosen.kind.title,
        lede=_("Chosen: %(rows)s.") % {"rows": chosen.words(number)},
        verb=_("Next"),
        consequences=[
            *chosen.kind.consequences,
            _("The next page says what exactly will change. Nothing changes before."),
        ],
        crumbs=chosen.crumbs,
        cancel=chosen.back,
    )


@requires("change_directory", "change_workshops")
def confirm(request, subject, key):
    """Say how many rows will change, which are left out and why; then do it once, however often it is sent."""
    chosen = Selection(request, subject, key)
    known = already_ordered(request)
    if known is not None:
        return redirect(known)
    try:
        given = actions.given_of(chosen.kind, chosen.options, request.user)
    except ValidationError:
        return redirect(f"{reverse(f'stakeholders:{subject}_bulk', args=[key])}?{request.GET.urlencode()}")
    if not chosen.number:
        return chosen.nothing_chosen()
    number, skipped = actions.count_skipped(chosen.kind, subject, chosen.rows, given)
    targets = list(chosen.rows.order_by("pk").values_list("pk", flat=True))
    seen = fingerprint(targets, number)
    title = chosen.kind.describe(given)

    def act():
        if request.POST.get("seen") != seen:
            raise ValidationError(_("The list has changed since you looked: check the numbers and confirm again."))
        if not number:
            raise ValidationError(_("There is nothing to change."))
        change = actions.order(
            chosen.kind,
            subject,
            targets,
            options=chosen.options,
            title=f"{title}: {chosen.words(number)}",
            key=key_sent(request) or uuid.uuid4(),
            actor=request.user,
        )
        if change.state != BulkChange.State.DONE:
            return change
        messages.success(request, done_with_undo(change))
        return chosen.back

    left_out = [f"{chosen.words(n)}: {reason}" for reason, n in skipped.items()]
    return confirm_page(
        request,
        title=title,
        lede=_("%(rows)s chosen") % {"rows": chosen.words(len(targets))},
        consequences=[
            _("Will change: %(rows)s.") % {"rows": chosen.words(number)},
            *chosen.kind.consequences,
            _("It can be undone from the notice, and later from the history of each record."),
        ],
        action=act,
        verb=_("Change %(rows)s") % {"rows": chosen.words(number)},
        crumbs=chosen.crumbs,
        cancel=chosen.back,
        template="stakeholders/bulk_confirm.html",
        context={"seen": seen, "key": key_sent(request) or uuid.uuid4(), "left_out": left_out, "number": number},
    )


@requires("view_directory")
def change(request, pk):
    """What a bulk change did, or how far it has come."""
    found = get_object_or_404(
        BulkChange.objects.visible_to(request.user).select_related("created_by", "undone_by"), pk=pk
    )
    at_work = found.state == BulkChange.State.WAITING
    if not at_work and request.headers.get("HX-Target") == "progress":
        return HttpResponse(headers={"HX-Refresh": "true"})  # the whole page is news
    context = {
        "change": found,
        "title": str(found),
        "crumbs": [(_("Bulk changes"), reverse("stakeholders:bulk_change_list"))],
        "at_work": at_work,
        "progress": progress.of(f"bulk-{found.pk}") if at_work else None,
        "may_undo": found.state == BulkChange.State.DONE and request.user.has_perm("access.change_directory"),
        "back": reverse(f"stakeholders:{found.subject}_list"),
    }
    return render(request, "stakeholders/bulk_change.html", context)


@requires("change_directory")
def undo(request, pk):
    """Put back what a bulk change wrote, but for what has been changed since."""
    found = get_object_or_404(BulkChange.objects.editable_by(request.user), pk=pk)
    if found.state != BulkChange.State.DONE:
        return redirect(found)
    effects = traces.effects(found.batch)
    stays = [effect for effect in effects if effect.obstacle]
    number = sum(1 for effect in effects if effect.can_be_taken_back)

    def act():
        actions.undo(found, actor=request.user)
        return found

    return confirm_page(
        request,
        title=_("Undo “%(change)s”?") % {"change": found},
        consequences=[
            ngettext("One change is put back.", "%(number)s changes are put back.", number)
            % {"number": in_figures(number)},
            _("What somebody has changed since stays as it is."),
        ],
        action=act,
        verb=_("Undo"),
        done=_("Undone."),
        crumbs=[(_("Bulk changes"), reverse("stakeholders:bulk_change_list")), (str(found), found.get_absolute_url())],
        cancel=found.get_absolute_url(),
        template="stakeholders/bulk_undo.html",
        context={
            "stays": [(effect.name, effect.obstacle) for effect in stays[:SHOWN]],
            "more": len(stays) - SHOWN,
            "number": number,
        },
    )


def key_sent(request):
    """The key that the confirmation was shown with; None for none or nonsense."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def already_ordered(request):
    """The change that this confirmation has become already: a second press leads to it."""
    key = key_sent(request) if request.method == "POST" else None
    return BulkChange.objects.filter(key=key, created_by=request.user).first() if key else None


def fingerprint(targets, number):
    """What the reader was shown: these rows, and how many of them would change."""
    return hashlib.sha256(f"{number}:{targets}".encode()).hexdigest()


def done_with_undo(change):
    """The notice after a change, with the way to take it back."""
    undo_url = reverse("stakeholders:bulk_change_undo", args=[change.pk])
    return format_html('{}. <a href="{}">{}</a>', change.title, undo_url, _("Undo"))
