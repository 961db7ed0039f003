"""What workshops write to their guests, and when a written message is not wanted any more.

A message is about one invitation or, after the event, about one attendance. It is written while it is sent, so it
tells the day and place as they are then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.mail import links, purposes
from nso_contacts.mail.models import Message
from nso_contacts.mail.purposes import Attachment, MessageClass, Purpose

from . import calendar_entry, wording
from .models import Attendance, Event, Invitation, Paper

LINK = "workshops.invitation"
TEST = "workshops.test"

About = Invitation | Attendance


def event_of(message: Message) -> Event:
    """The event a message is about."""
    return message.subject.event


# Still wanted? --------------------------------------------------------------------------------------------------------


def wanted_before(message: Message) -> str:
    """Why a message about an event to come is not sent any more."""
    if message.subject is None:
        return _("They are no longer on the list.")
    event = event_of(message)
    if event.status == Event.Status.CANCELLED:
        return _("The workshop was cancelled.")
    if event.status == Event.Status.POSTPONED:
        return _("The workshop was postponed.")
    if event.is_over or event.start <= timezone.now():
        return _("The workshop has begun.")
    return ""


def wanted_ahead(message: Message) -> str:
    """A day to keep free is told before the invitation, never after it."""
    reason = wanted_before(message)
    if reason:
        return reason
    return _("The invitation follows.") if message.subject.invited_at else ""


def wanted_unanswered(message: Message) -> str:
    """A reminder reaches only those who have not answered."""
    reason = wanted_before(message)
    return reason or (_("They have replied.") if message.subject.reply else "")


def wanted_expected(message: Message) -> str:
    """A confirmation reaches only those who are coming, and only for the day it was written for."""
    return wanted_before(message) or _outdated(message) or ("" if message.subject.is_coming else _not_coming())


def wanted_papers(message: Message) -> str:
    """The agenda and papers of a meeting reach everybody who has not declined; of a workshop, those who are coming."""
    is_of_meeting = message.subject is not None and event_of(message).is_meeting
    return wanted_change(message) if is_of_meeting else wanted_expected(message)


def wanted_online(message: Message) -> str:
    """The joining link reaches only those who join online."""
    reason = wanted_expected(message)
    return reason or ("" if message.subject.joins == Invitation.Joins.ONLINE else _("They join in the room."))


def wanted_change(message: Message) -> str:
    """A change is told unless a newer one follows, or it no longer concerns them."""
    reason = wanted_before(message) or _outdated(message)
    no = message.subject and message.subject.reply in (Invitation.Reply.DECLINED, Invitation.Reply.DELEGATED)
    return reason or (_not_coming() if no else "")


def wanted_postponed(message: Message) -> str:
    """That an event is put off is told unless there is a new day, or it was cancelled."""
    if message.subject is None or event_of(message).status != Event.Status.POSTPONED:
        return _("A newer change follows.")
    return ""


def wanted_after(message: Message) -> str:
    """A note after the event goes out as long as the attendance says the same."""
    if message.subject is None:
        return _("They are no longer on the list.")
    is_thanks = message.purpose == "workshops.thanks"
    is_right = message.subject.was_there if is_thanks else message.subject.state == Attendance.State.NO_SHOW
    return "" if is_right else _("The attendance was corrected.")


def _outdated(message: Message) -> str:
    return "" if message.version == str(event_of(message).date_version) else _("A newer change follows.")


def _not_coming() -> str:
    return _("They are not coming.")


# What they say --------------------------------------------------------------------------------------------------------


def fill(message: Message) -> Mapping[str, Any]:
    """What every template of an event may use."""
    about: About = message.subject
    event = about.event
    zone = wording.zone_in_words(event.zone, event.start)
    return {
        "event": event,
        "about": about,
        "day": event.day,
        "reply_by": event.reply_by,
        "organiser": event.organiser,
        "when": wording.when_of(event),
        "zone": zone,
        "facts": facts(event),
        "sessions": list(event.sessions.all()),
    }


def fill_ahead(message: Message) -> Mapping[str, Any]:
    """A day to keep free: when it is, and where as far as that is known."""
    context = dict(fill(message))
    known = 2 if context["event"].mode else 1
    return context | {"facts": context["facts"][:known]}


def fill_test(message: Message) -> Mapping[str, Any]:
    """A test: what the guest would read, sent to a colleague."""
    return {**fill_invitation(message), "guest": message.subject.person}


def fill_invitation(message: Message) -> Mapping[str, Any]:
    """The invitation: with the three buttons, and for whom a delegate comes."""
    invitation: Invitation = message.subject
    return {
        **fill(message),
        "comes_for": invitation.delegate_for.person if invitation.delegate_for else None,
        "buttons": [
            (_("I will attend"), _personal("accept")),
            (_("Maybe"), _personal("maybe")),
            (_("I cannot attend"), _personal("decline")),
        ],
    }


def fill_papers(message: Message) -> Mapping[str, Any]:
    """The confirmation: of a meeting, with its agenda in order."""
    context = dict(fill(message))
    if context["event"].is_meeting:
        context["facts"] = [fact for fact in context["facts"] if fact[0] != _("Agenda")]
    return context


def fill_outcomes(message: Message) -> Mapping[str, Any]:
    """What came of an event: of a meeting, its decisions."""
    context = dict(fill(message))
    return context | {"decisions": list(context["event"].decisions.all())}


def fill_joining(message: Message) -> Mapping[str, Any]:
    """The confirmation and the joining link tell where to join."""
    context = dict(fill(message))
    return context | {"facts": facts(context["event"], tells_link=True), "link": context["event"].link}


def fill_change(message: Message) -> Mapping[str, Any]:
    """A change: as it is now, and as it was."""
    context = dict(fill(message))
    event, stored = context["event"], message.context
    tells_link = event.start <= timezone.now() or message.subject.joins == Invitation.Joins.ONLINE
    before = _before(stored)
    changed = [(label, value) for label, value in before if value not in (context["when"], wording.where(event))]
    return context | {"facts": facts(event), "was": changed, "link": event.link if tells_link and event.link else ""}


def _before(stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    zone = ZoneInfo(stored["old_zone"])
    start, end = (datetime.fromisoformat(stored[key]).astimezone(zone) for key in ("old_start", "old_end"))
    old = Event(room=stored["old_room"], address=stored["old_address"], link="https://x.invalid" * stored["old_online"])
    return [(_("When it was"), wording.when(start, end)), (_("Where it was"), wording.where(old))]


def facts(event: Event, *, tells_link: bool = False) -> list[tuple[str, str]]:
    """When, where and in which languages."""
    zone = wording.zone_in_words(event.zone, event.start)
    found = [
        (_("When"), f"{wording.when_of(event)}, {zone}"),
        (_("Where"), wording.where(event, tells_link=tells_link)),
        (_("Languages"), wording.languages_in_words(event)),
    ]
    programme = "; ".join(str(session.title) for session in event.sessions.all())
    label = _("Agenda") if event.is_meeting else _("Programme")
    return [*found, (label, programme)] if programme else found


def _personal(answer: str) -> str:
    from nso_contacts.mail.writing import PERSONAL_LINK  # noqa: PLC0415 (writing needs templates; purposes come first)

    return f"{PERSONAL_LINK}?reply={answer}"


# What goes with them --------------------------------------------------------------------------------------------------


def personal_link(message: Message) -> str:
    """A new link to the reply page of this invitation. Earlier ones go on answering until the event ends."""
    return new_link(message.subject, message)


def new_link(invitation: Invitation, message: Message) -> str:
    """Make a link to the reply page of an invitation for a message that is being sent."""
    token = links.make(LINK, invitation, invitation.event.end, message)
    return settings.BASE_URL + reverse("workshops:reply", args=[token])


def request_entry(message: Message) -> list[Attachment]:
    """The calendar entry that puts the event into a calendar, or moves it there."""
    return [_entry(message, calendar_entry.REQUEST)]


# So much is attached to one message; mail servers refuse larger ones.
MOST_ATTACHED = 10 * 1024 * 1024


def _attached(event: Event, kind: str) -> list[Attachment]:
    """The files of a meeting, in their order, as long as they fit into a message together."""
    attached: list[Attachment] = []
    size = 0
    for paper in event.papers.filter(kind=kind).select_related("file"):
        size += paper.file.size
        if size > MOST_ATTACHED:
            break
        attached.append((paper.file.name, paper.file.path.read_bytes(), paper.file.content_type))
    return attached


def papers_and_entry(message: Message) -> list[Attachment]:
    """The calendar entry and the papers."""
    return [*request_entry(message), *_attached(event_of(message), Paper.Kind.PAPER)]


def minutes_attached(message: Message) -> list[Attachment]:
    """The minutes."""
    return _attached(event_of(message), Paper.Kind.MINUTES)


def joining_entry(message: Message) -> list[Attachment]:
    """The same entry, which now tells where to join online."""
    return [_entry(message, calendar_entry.REQUEST, with_link=True)]


def cancel_entry(message: Message) -> list[Attachment]:
    """The calendar entry that takes the event out of a calendar, for those who were given it."""
    return [_entry(message, calendar_entry.CANCEL)] if message.subject.invited_at else []


def test_link(message: Message) -> str:
    """Where the buttons of a test lead: to the preview, which only colleagues see and where nobody can answer."""
    return settings.BASE_URL + reverse("workshops:preview", args=[event_of(message).pk])


def _entry(message: Message, method: str, *, with_link: bool = False) -> Attachment:
    written = calendar_entry.entry(
        event_of(message),
        method=method,
        name=message.recipient_name,
        address=message.address,
        reply=message.subject.reply,
        with_link=with_link,
    )
    return ("invitation.ics", written, f"text/calendar; method={method}")


def organiser_address(message: Message) -> str:
    """Answers by mail reach the organiser."""
    return event_of(message).organiser.email


def named(subject: About | Event) -> tuple[str, str]:
    """How the list of messages names what a message is about."""
    event = subject if isinstance(subject, Event) else subject.event
    return str(event), event.get_absolute_url()


# Registered -----------------------------------------------------------------------------------------------------------


def register() -> None:
    """Make the purposes known to the outbox."""
    shared = {"about": named, "reply_to": organiser_address, "context": fill}
    linked = shared | {"personal_link": personal_link, "attachments": request_entry}
    invitation, service = MessageClass.INVITATION, MessageClass.SERVICE
    for purpose in (
        Purpose(
            "workshops.save_the_date",
            gettext_lazy("Save the date"),
            invitation,
            "workshops/save_the_date",
            **shared | {"context": fill_ahead},
            still_wanted=wanted_ahead,
        ),
        Purpose(
            TEST,
            gettext_lazy("Test of an invitation"),
            service,
            "workshops/test",
            **linked | {"context": fill_test, "personal_link": test_link},
        ),
        Purpose(
            "workshops.invitation",
            gettext_lazy("Invitation"),
            invitation,
            "workshops/invitation",
            **linked | {"context": fill_invitation},
            still_wanted=wanted_before,
        ),
        Purpose(
            "workshops.reminder",
            gettext_lazy("Reminder of an invitation"),
            invitation,
            "workshops/reminder",
            **linked | {"context": fill_invitation},
            still_wanted=wanted_unanswered,
        ),
        Purpose(
            "workshops.last_reminder",
            gettext_lazy("Last reminder of an invitation"),
            invitation,
            "workshops/last_reminder",
            **linked | {"context": fill_invitation},
            still_wanted=wanted_unanswered,
        ),
        Purpose(
            "workshops.changed",
            gettext_lazy("Workshop changed"),
            service,
            "workshops/changed",
            **linked | {"context": fill_change},
            still_wanted=wanted_change,
        ),
        Purpose(
            "workshops.postponed",
            gettext_lazy("Workshop postponed"),
            service,
            "workshops/postponed",
            **shared,
            attachments=cancel_entry,
            still_wanted=wanted_postponed,
        ),
        Purpose(
            "workshops.cancelled",
            gettext_lazy("Workshop cancelled"),
            service,
            "workshops/cancelled",
            **shared,
            attachments=cancel_entry,
        ),
        Purpose(
            "workshops.confirmation",
            gettext_lazy("Confirmation of a workshop"),
            service,
            "workshops/confirmation",
            **linked | {"context": fill_papers, "attachments": papers_and_entry},
            still_wanted=wanted_papers,
        ),
        Purpose(
            "workshops.joining_link",
            gettext_lazy("Joining link"),
            service,
            "workshops/joining_link",
            **linked | {"context": fill_joining, "attachments": joining_entry},
            still_wanted=wanted_online,
        ),
        Purpose(
            "workshops.thanks",
            gettext_lazy("Thanks for coming"),
            invitation,
            "workshops/thanks",
            **shared,
            still_wanted=wanted_after,
        ),
        Purpose(
            "workshops.missed",
            gettext_lazy("Sorry we missed you"),
            invitation,
            "workshops/missed",
            **shared,
            still_wanted=wanted_after,
        ),
        Purpose(
            "workshops.outcomes",
            gettext_lazy("Outcomes of a workshop"),
            invitation,
            "workshops/outcomes",
            **shared | {"context": fill_outcomes},
            attachments=minutes_attached,
        ),
    ):
        purposes.register(purpose)
