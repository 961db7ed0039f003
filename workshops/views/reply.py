"""The page behind the personal link of an invitation, and the same page in the portal.

A GET shows, whoever follows the link: mail scanners do. Only a POST answers.
"""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nso_contacts.access.policy import open_to_all, signed_in
from nso_contacts.mail import links
from nso_contacts.office.models import Office
from nso_contacts.pages.form import add_refusal, posted, summary

from .. import calendar_entry, invitees, messages, wording
from ..actions import invitation as invitation_actions
from ..forms import ColleagueForm, ReplyForm
from ..guestlist import REPLIES
from ..models import Invitation, Milestone

BECAUSE = "the personal link in the message stands for the invited person"


def linked(token):
    """The invitation a link stands for. It answers until the event ends, also when that has moved since."""
    try:
        record = links.resolve(messages.LINK, token).record
    except links.LinkExpired as expired:
        record = expired.link.record
        if expired.link.ended_at is not None or record is None or record.event.end <= timezone.now():
            raise
    return Invitation.objects.select_related("person", "event", "organisation", "delegate").get(pk=record.pk)


@open_to_all(because=BECAUSE)
@never_cache
def reply(request, token):
    """Answer an invitation without signing in."""
    try:
        invitation = linked(token)
    except links.LinkExpired as expired:
        return ended(request, expired.link)
    with translation.override(language(request, invitation)):
        return answer_page(request, invitation, reverse("workshops:calendar_file", args=[token]))


@signed_in(because="everybody answers their own invitations")
@never_cache
def own_reply(request, pk):
    """Answer one's own invitation from the portal."""
    own = Invitation.objects.own(request.user).select_related("person", "event", "organisation", "delegate")
    return answer_page(request, get_object_or_404(own, pk=pk))


def language(request, invitation):
    """The recipient's language, unless another one was chosen on the page."""
    chosen = request.COOKIES.get("django_language", "")
    office = Office.objects.current()
    return chosen if chosen in office.languages else invitees.language_of(invitation.person, office)


def ended(request, link):
    """The link was real and does not answer any more: a newer one was sent, or the event is over."""
    event = link.record.event if link.record else None
    replaced = event is not None and link.ended_at is not None and event.end > timezone.now()
    title = _("A newer link was sent to you") if replaced else _("This invitation has ended")
    context = {"title": title, "event": event, "replaced": replaced}
    return render(request, "workshops/reply_ended.html", context, status=410)


def answer_page(request, invitation, calendar_url=""):
    """Show the invitation with its form; take the answer; ask for the colleague's name in a step of its own."""
    closed = invitation_actions.obstacle_to_answering(invitation.event)
    form = ReplyForm(posted(request), invitation=invitation, chosen=request.GET.get("reply", ""))
    context = page(request, invitation, form, closed) | {"calendar_url": calendar_url}
    if request.method != "POST" or closed:
        return render(request, "workshops/reply.html", context, status=409 if request.method == "POST" else 200)
    if not form.is_valid():
        return render(request, "workshops/reply.html", context | {"errors": summary(form)}, status=422)
    if form.names_colleague:
        return colleague_page(request, invitation, form)
    return take(request, invitation, form, form.answer(), context | {"template": "workshops/reply.html"})


def colleague_page(request, invitation, form):
    """The step that asks who comes instead."""
    sent = "colleague_name" in request.POST
    named = ColleagueForm(posted(request) if sent else None)
    context = page(request, invitation, named, "") | {"needs": form.cleaned_data.get("needs", "")}
    template = "workshops/reply_colleague.html"
    if not sent:
        return render(request, template, context)
    if not named.is_valid():
        return render(request, template, context | {"errors": summary(named)}, status=422)
    return take(request, invitation, named, form.answer(named.colleague()), context | {"template": template})


def take(request, invitation, form, answer, context):
    """Write the answer down, and show the page again with it."""
    actor = request.user if request.user.is_authenticated and request.user.pk == invitation.person.user_id else None
    try:
        invitation_actions.answer(invitation, answer, actor=actor or invitation.person)
    except ValidationError as refusal:
        add_refusal(form, refusal)
        return render(request, context["template"], context | {"errors": summary(form)}, status=422)
    return redirect(request.path)


def page(request, invitation, form, closed):
    """What the page shows around its form."""
    event = invitation.event
    return {
        "title": str(event),
        "invitation": invitation,
        "event": event,
        "form": form,
        "closed": closed,
        "when": wording.when_of(event),
        "zone": wording.zone_in_words(event.zone, event.start),
        "where": wording.where(event),
        "languages": wording.languages(event),
        "sessions": list(event.sessions.all()),
        "given": REPLIES.get(invitation.reply),
        "joining_link": joining_link(invitation),
        "preselected": request.method == "GET" and request.GET.get("reply", "") in ReplyForm.REPLIES,
    }


def joining_link(invitation):
    """The link to join, for those who join online, once it has been sent to them."""
    event = invitation.event
    is_out = event.milestones.filter(kind=Milestone.Kind.JOINING_LINK, state=Milestone.State.SENT).exists()
    joins = invitation.is_coming and invitation.joins == Invitation.Joins.ONLINE
    return event.link if is_out and joins and not event.is_off else ""


@open_to_all(because=BECAUSE)
@require_safe
@never_cache
def calendar_file(request, token):
    """The calendar entry of an invitation, as a file."""
    try:
        invitation = linked(token)
    except links.LinkExpired as expired:
        return ended(request, expired.link)
    with translation.override(language(request, invitation)):
        event = invitation.event
        entry = calendar_entry.entry(
            event,
            method=calendar_entry.CANCEL if event.is_off else calendar_entry.REQUEST,
            name=str(invitation.person),
            address=address_of(invitation),
            reply=invitation.reply,
            with_link=bool(joining_link(invitation)),
        )
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return HttpResponse(entry, content_type="text/calendar; charset=utf-8", headers=headers)


def address_of(invitation):
    """The address an invitation goes to."""
    people = type(invitation.person).objects.filter(pk=invitation.person_id)
    return invitees.with_obstacle(people).values_list("mail_address", flat=True).get()
