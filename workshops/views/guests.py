"""Whom a workshop invites: choosing them, seeing what one of them gets, sending."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.mail import writing
from nso_contacts.office.models import Office
from nso_contacts.pages import export
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted
from nso_contacts.pages.picks import readable

from .. import choosing, delivered, guestlist, overview, wording
from ..actions import invitation as invitation_actions
from ..actions import resending, sending
from ..forms import ReplyForm, SendForm
from ..models import Invitation, Milestone
from .event import crumbs, own_event, shown_event, steps


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
        "sender": writing.sender(Office.objects.current()),
        "steps": steps(2, found, [wording.when_short(found), people_words(list_.number)]),
        **(choosing.letter(invitation) if invitation else {}),
    }
    return render(request, "workshops/preview.html", context)


@requires("change_workshops")
@require_POST
def send_test(request, pk, invitation):
    """Send the invitation of one guest to oneself, to see how it arrives."""
    found = own_event(request, pk)
    one = get_object_or_404(found.invitations, pk=invitation)
    invitation_actions.send_test(one, actor=request.user)
    messages.success(request, _("A test is on its way to %(address)s.") % {"address": request.user.email})
    return redirect(f"{reverse('workshops:preview', args=[found.pk])}?{urlencode({'as': one.pk})}")


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
    # A planned day that has passed is no choice: the workshop was planned too late for it.
    ahead = found.milestones.planned().filter(kind=Milestone.Kind.INVITATION, due_at__gt=timezone.now())
    milestone = ahead.first()

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


@requires("change_workshops")
def send_again(request, pk):
    """Send every invitation that came back again, to the addresses corrected since."""
    found = own_event(request, pk)
    number = delivered.to_send_again(found).count()
    still = delivered.bounced(found).count() - number
    told = ngettext(
        "%(n)s invitation that came back is sent again, to an address that works.",
        "%(n)s invitations that came back are sent again, to addresses that work.",
        number,
    )
    left = ngettext(
        "%(n)s person has no working address yet and is left out.",
        "%(n)s people have no working address yet and are left out.",
        still,
    )
    return sent_again(request, found, None, [told % {"n": number}, *([left % {"n": still}] if still else [])])


@requires("change_workshops")
def guest_again(request, pk, invitation):
    """Send one invitation that came back again."""
    found = own_event(request, pk)
    one = get_object_or_404(found.invitations.sent().select_related("person"), pk=invitation)
    is_ready = delivered.to_send_again(found).filter(pk=one.pk).exists()
    told = _("The invitation of %(name)s is sent again, to an address that works.")
    refused = _("Nothing is sent: %(name)s has replied, or there is no working address, or it is on its way.")
    return sent_again(request, found, [one.pk], [(told if is_ready else refused) % {"name": one.person}])


def sent_again(request, found, invitations, consequences):
    """The page before sending invitations again."""

    def action():
        resending.send_again(found, invitations, actor=request.user)
        return found

    return confirm_page(
        request,
        title=_("Send again to the new address?"),
        lede=str(found),
        consequences=[
            *consequences,
            _("The personal link of the first message answers no more; the new one has its own."),
        ],
        action=action,
        verb=_("Send again"),
        crumbs=crumbs(found),
        cancel=f"{found.get_absolute_url()}?{urlencode({'show': 'bounced'})}",
        done=_("On its way."),
    )


@requires("view_workshops")
def participants(request, pk):
    """The guests of one view of the list as a file."""
    found = shown_event(request, pk)
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    lines = guestlist.lines(found, request.GET.get("show", "all"))
    return export.respond(kind, str(found), guestlist.head(), lines)
