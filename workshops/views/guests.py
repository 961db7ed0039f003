"""Whom a workshop invites: choosing them, seeing what one of them gets, sending."""

from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.mail import writing
from nso_contacts.pages.form import form_page, posted
from nso_contacts.pages.picks import readable

from .. import choosing, overview, wording
from ..actions import invitation as invitation_actions
from ..actions import sending
from ..forms import ReplyForm, SendForm
from ..models import Invitation, Milestone
from .event import crumbs, own_event, steps


@requires("change_workshops")
def invitations(request, pk):
    """Choose whom to invite, from one source after another."""
    found = own_event(request, pk)
    if found.is_over or found.is_off:
        return redirect(found)
    source = choosing.source(request.GET.get("from", ""))
    offer = source(found, request.GET, request.user)
    if request.method == "POST":
        choose(request, found, offer)
        wish = "workshops:preview" if "preview" in request.POST else ""
        return redirect(reverse(wish, args=[found.pk]) if wish else request.get_full_path())
    chosen = choosing.chosen(found)
    context = {
        "title": _("Choose invitees"),
        "lede": f"{found}, {wording.when_of(found)}. {places(found)}",
        "crumbs": crumbs(found),
        "event": found,
        "offer": offer,
        "sources": choosing.tabs(found, offer),
        "chosen": chosen,
        "missing": choosing.missing(found),
        "left_out": offer.left_out,
        "steps": steps(1, found, [wording.when_short(found), people_words(chosen.number)]),
    }
    return render(request, "workshops/invitations.html", context)


def choose(request, found, offer):
    """Put the ticked people on the list, and take those off it that were shown and are not ticked."""
    ticked = set(readable(request.POST.getlist("people")))
    shown = set(readable(request.POST.getlist("shown")))
    if "all" in request.POST:
        people = offer.everybody
    else:
        people = offer.people.filter(pk__in=ticked & shown)
        invitation_actions.remove(found, shown - ticked, actor=request.user)
    invitation_actions.choose(found, people, source=offer.kind, actor=request.user)


def places(found):
    """“40 places in the room, 60 online.”"""
    room, online = found.capacity_room, found.capacity_online
    parts = [
        ngettext("%(n)s place in the room", "%(n)s places in the room", room) % {"n": room} if room else "",
        _("%(n)s online") % {"n": online} if online else "",
    ]
    return ", ".join(part for part in parts if part) + ("." if any(parts) else "")


def people_words(number):
    """“46 people”."""
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": number}


@requires("change_workshops")
def chosen(request, pk):
    """Everybody on the list, to take people off it again."""
    found = own_event(request, pk)
    if request.method == "POST":
        invitation_actions.remove(found, readable(request.POST.getlist("people")), actor=request.user)
        return redirect("workshops:chosen", pk=found.pk)
    rows = found.invitations.chosen().select_related("person", "organisation").order_by("person__sort_name", "pk")
    context = {
        "title": _("Chosen"),
        "lede": str(found),
        "crumbs": crumbs(found),
        "event": found,
        "rows": rows,
        "sources": dict(Invitation.Source.choices),
    }
    return render(request, "workshops/chosen.html", context)


@requires("change_workshops")
def preview(request, pk):
    """What one recipient gets: the message in their language, with their name."""
    found = own_event(request, pk)
    list_ = choosing.chosen(found)
    recipients = choosing.recipients(found)
    invitation = choosing.recipient(recipients, request.GET.get("as", ""))
    context = {
        "title": _("Preview the invitation"),
        "lede": _("Exactly what one recipient gets, in their language and with their name."),
        "crumbs": crumbs(found),
        "event": found,
        "chosen": list_,
        "recipients": recipients,
        "invitation": invitation,
        "neighbours": choosing.neighbours(recipients, invitation),
        "checks": choosing.checks(found, list_),
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        "steps": steps(2, found, [wording.when_short(found), people_words(list_.number)]),
        **(choosing.letter(invitation) if invitation else {}),
    }
    return render(request, "workshops/preview.html", context)


# The message runs nothing, sends nothing and loads nothing from elsewhere.
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@requires("change_workshops")
@xframe_options_sameorigin
def preview_body(request, pk, invitation):
    """The message itself, for the frame on the preview."""
    found = own_event(request, pk)
    one = get_object_or_404(found.invitations.select_related("person", "event"), pk=invitation)
    letter = choosing.letter(one)
    response = HttpResponse(writing.shown_html(letter["written"].html))
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Cache-Control"] = "private, no-store"
    return response


@requires("change_workshops")
def send(request, pk):
    """The last step: who gets what, and one button."""
    found = own_event(request, pk)
    list_ = choosing.chosen(found)
    if found.is_over or found.is_off or (not list_.number and found.is_inviting):
        return redirect(found)
    form = SendForm(posted(request), user=request.user)
    milestone = found.milestones.planned().filter(kind=Milestone.Kind.INVITATION).first()

    def save(form):
        if form.cleaned_data["when"] == "planned" and milestone is not None:
            sending.release_invitations(found, actor=request.user)
            return found
        sending.send_invitations(found, actor=request.user)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=ngettext("Send %(n)s invitation?", "Send %(n)s invitations?", list_.number) % {"n": list_.number},
        lede=_(
            "This cannot be taken back. A change of date or place is sent to everyone as an update of the calendar."
        ),
        verb=ngettext("Send %(n)s invitation", "Send %(n)s invitations", list_.number) % {"n": list_.number},
        crumbs=crumbs(found),
        cancel=reverse("workshops:preview", args=[found.pk]),
        template="workshops/send.html",
        context={
            "event": found,
            "chosen": list_,
            "milestone": milestone,
            "missing": choosing.missing(found),
            "refusal": sending.obstacle_to_inviting(found),
            "lines": [line for line in overview.lines(found) if line.state == "planned"],
            "when": wording.when_of(found),
            "zone": wording.zone_in_words(found.zone, found.start),
            "steps": steps(3, found, [wording.when_short(found), people_words(list_.number), list_.languages_note]),
        },
    )


@requires("change_workshops")
def guest(request, pk, invitation):
    """Write down a reply that somebody gave on the telephone or in person."""
    found = own_event(request, pk)
    one = get_object_or_404(found.invitations.sent().select_related("person", "event", "organisation"), pk=invitation)
    form = ReplyForm(posted(request), invitation=one, user=request.user)
    form.fields["reply"].choices = [
        ("accept", _("Will attend")),
        ("maybe", _("May attend")),
        ("decline", _("Will not attend")),
    ]
    form.fields["reply"].label = _("What they said")

    def save(form):
        invitation_actions.answer(one, form.answer(), actor=request.user)
        return found

    return form_page(
        request,
        form,
        save=save,
        title=_("Reply of %(name)s") % {"name": one.person},
        lede=str(found),
        verb=_("Save reply"),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        consequences=[_("It replaces an earlier reply."), _("No reminder is sent to them any more.")],
    )


@requires("change_workshops")
@require_POST
def take_off(request, pk, invitation):
    """Take one person off the list who has not been written to."""
    found = own_event(request, pk)
    one = get_object_or_404(found.invitations.chosen(), pk=invitation)
    invitation_actions.remove(found, [one.person_id], actor=request.user)
    return redirect(f"{found.get_absolute_url()}?{urlencode({'show': 'unsent'})}")
