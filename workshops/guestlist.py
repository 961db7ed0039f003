"""The guests of a workshop as its page lists and exports them: what each answered, what became of their invitation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.mail.models import Message
from stakeholders.models import Person, PersonEmail

from . import delivered, follow_up, invitees
from .models import Attendance, Event, Invitation
from .models.attendance import PRESENT

Reply = Invitation.Reply
PAGE = 50


@dataclass(frozen=True)
class Words:
    """A state as it is drawn: colour, words, icon."""

    colour: str
    text: Any
    icon: str


REPLIES = {
    Reply.ACCEPTED: Words("ok", Reply.ACCEPTED.label, "check-circle-fill"),
    Reply.TENTATIVE: Words("warn", Reply.TENTATIVE.label, "question-circle"),
    Reply.DECLINED: Words("", Reply.DECLINED.label, "x-circle"),
    Reply.DELEGATED: Words("", Reply.DELEGATED.label, "people"),
}
NOT_SENT = Words("", gettext_lazy("Not sent"), "dash-circle")
SILENT = Words("", gettext_lazy("Sent, no reply"), "envelope")
WAITING = Words("", gettext_lazy("Being sent"), "clock")
BOUNCED = Words("late", gettext_lazy("Bounced"), "exclamation-triangle-fill")
UNDELIVERED = {
    Message.State.BOUNCED: BOUNCED,
    Message.State.FAILED: Words("late", gettext_lazy("Sending failed"), "exclamation-triangle-fill"),
    Message.State.UNCERTAIN: Words("warn", gettext_lazy("Sent or not: check"), "question-circle"),
    Message.State.DROPPED: Words("", gettext_lazy("Not delivered"), "x-circle"),
    Message.State.QUEUED: WAITING,
    Message.State.SENDING: WAITING,
    Message.State.HELD: WAITING,
}
ATTENDANCE = {
    Attendance.State.PRESENT_IN_PERSON: Words("ok", gettext_lazy("Attended"), "person-check-fill"),
    Attendance.State.PRESENT_ONLINE: Words("ok", gettext_lazy("Attended"), "person-check-fill"),
    Attendance.State.PARTIAL: Words("ok", gettext_lazy("Attended in part"), "person-check"),
    Attendance.State.NO_SHOW: Words("", gettext_lazy("Did not attend"), "person-dash"),
    Attendance.State.EXCUSED: Words("", gettext_lazy("Excused"), "person-x"),
}


@dataclass(frozen=True)
class Guest:
    """One row of "Invitations and attendance". `new_address` is the one a bounced invitation can be sent to again."""

    person: Any
    organisation: Any
    invitation: Invitation | None = None
    reply: Words | None = None
    attendance: Words | None = None
    survey: Any = ""
    is_bounced: bool = False
    new_address: str = ""


# The views that stand above the list by themselves; the others are opened from the figure.
CHIPS = ("accepted", "declined", "silent", "bounced", "unsent")
OVER_CHIPS = ("attended", "missed", "excused", "silent", "walk-ins")


def shows(event: Event) -> dict[str, tuple[Any, Q]]:
    """The views of the list of guests: their words, and which invitations they hold. Walk-ins have none."""
    came = event.attendances.filter(walk_in=False, state__in=PRESENT)
    excused = event.attendances.filter(state=Attendance.State.EXCUSED)
    return {
        "all": (_("All"), Q()),
        "attended": (_("Attended"), Q(person__in=came.values("person"))),
        "missed": (_("Did not attend"), Q(person__in=event.attendances.missed().values("person"))),
        "excused": (_("Excused"), Q(person__in=excused.values("person"))),
        "accepted": (_("Accepted"), Q(reply=Reply.ACCEPTED)),
        "declined": (_("Declined"), Q(reply__in=[Reply.DECLINED, Reply.DELEGATED])),
        "invited": (_("Invited"), Q(invited_at__isnull=False)),
        "delivered": (_("Delivered"), Q(invited_at__isnull=False, message_state=Message.State.SENT)),
        "replied": (_("Replied"), ~Q(reply="")),
        "silent": (_("No reply"), Q(reply="", invited_at__isnull=False)),
        "bounced": (_("Bounced"), Q(reply="", message_state=Message.State.BOUNCED)),
        "unsent": (_("Not sent"), Q(invited_at=None)),
        "walk-ins": (_("Walk-ins"), Q(pk__in=[])),
    }


@dataclass(frozen=True)
class Guests:
    """A page of the guests of an event, with the numbers of its views."""

    rows: list[Guest]
    page: Page
    view: str
    views: list[tuple[str, Any, int]]
    walk_ins: list[Guest]
    number: int

    @property
    def first(self) -> int:
        """The place of the first row shown, counted through all pages."""
        return self.page.start_index() or 1

    @property
    def last(self) -> int:
        """The place of the last row shown; those who came without an invitation are counted after the guests."""
        return self.page.end_index() + len(self.walk_ins)


def guests(event: Event, view: str, number: int | str, *, size: int = PAGE) -> Guests:
    """The guests of one view of the list. The number of queries does not grow with them."""
    offered = shows(event)
    view = view if view in offered else "all"
    invitations = delivered.with_state(event.invitations.all())
    rules = {key: rule for key, (_title, rule) in offered.items() if rule and key != "walk-ins"}
    counts = invitations.aggregate(**{key: Count("pk", filter=rule) for key, rule in rules.items()}, all=Count("pk"))
    counts["walk-ins"] = event.attendances.filter(walk_in=True).count()
    counts["all"] += counts["walk-ins"]
    page = Paginator(_of_view(invitations, offered[view][1]), size).get_page(number)
    # Those who came without an invitation stand at the end.
    at_the_end = view in ("all", "walk-ins") and not page.has_next()
    came = list(_walk_ins(event)) if at_the_end and counts["walk-ins"] else []
    chips = OVER_CHIPS if event.is_over else CHIPS
    views = [
        (key, title, counts[key])
        for key, (title, _rule) in offered.items()
        if key in ("all", view) or (key in chips and counts[key])
    ]
    rows = _rows(event, list(page))
    return Guests(rows, page, view, views, _came(event, came), counts[view])


def _of_view(invitations: QuerySet[Any], rule: Q) -> QuerySet[Any]:
    named = invitations.filter(rule).select_related("person", "organisation", "delegate", "delegate_for__person")
    return named.order_by("person__sort_name", "pk")


def _walk_ins(event: Event) -> QuerySet[Attendance]:
    found = event.attendances.filter(walk_in=True).select_related("person", "organisation")
    return found.order_by("person__sort_name", "pk")


def _rows(event: Event, invitations: list[Any]) -> list[Guest]:
    people = [row.person_id for row in invitations]
    attended = {row.person_id: row for row in event.attendances.filter(person__in=people)}
    surveyed = follow_up.states(event, people) if event.is_over else {}
    bounced = {row.person_id for row in invitations if row.message_state == Message.State.BOUNCED and not row.reply}
    addresses = _new_addresses(bounced) if bounced and event.is_inviting else {}
    return [
        Guest(
            invitation.person,
            invitation.organisation,
            invitation,
            reply_words(invitation, invitation.message_state),
            attendance_words(attended.get(invitation.person_id)),
            surveyed.get(invitation.person_id, ""),
            invitation.person_id in bounced,
            addresses.get(invitation.person_id, ""),
        )
        for invitation in invitations
    ]


def _new_addresses(people: set[int]) -> dict[int, str]:
    """The addresses of those who can be written to again."""
    found = invitees.with_obstacle(Person.objects.filter(pk__in=people)).filter(obstacle="")
    return dict(found.values_list("pk", "mail_address"))


def _came(event: Event, walk_ins: list[Attendance]) -> list[Guest]:
    surveyed = follow_up.states(event, [row.person_id for row in walk_ins]) if event.is_over and walk_ins else {}
    return [
        Guest(row.person, row.organisation, None, None, attendance_words(row), surveyed.get(row.person_id, ""))
        for row in walk_ins
    ]


def reply_words(invitation: Invitation, message_state: str) -> Words:
    """What somebody answered; before that, what became of their invitation."""
    if invitation.reply:
        return REPLIES[invitation.reply]
    if invitation.invited_at is None:
        return NOT_SENT
    return UNDELIVERED.get(message_state, SILENT)


def attendance_words(row: Attendance | None) -> Words | None:
    """Whether somebody came, as it is drawn."""
    return ATTENDANCE[row.state] if row else None


# As a file ------------------------------------------------------------------------------------------------------------


def head() -> list[str]:
    """The columns of the list as a file."""
    return [
        _("Person"),
        _("Organisation"),
        _("E-mail"),
        _("Key user"),
        _("Reply"),
        _("Replied on"),
        _("Joins"),
        _("Interpretation"),
        _("Needs to take part"),
        _("Comes for"),
        _("Sends"),
        _("Attendance"),
        _("Walk-in"),
    ]


def lines(event: Event, view: str) -> Iterator[list[Any]]:
    """The people of one view of the list, one line each, as `head` names the columns."""
    offered = shows(event)
    view = view if view in offered else "all"
    main = PersonEmail.objects.filter(person=OuterRef("person")).order_by("-is_primary", "pk").values("address")[:1]
    states = event.attendances.filter(person=OuterRef("person")).values("state")[:1]
    invitations = _of_view(delivered.with_state(event.invitations.all()), offered[view][1])
    for row in invitations.annotate(mail=Subquery(main), attended=Subquery(states)).iterator(chunk_size=500):
        yield [
            str(row.person),
            str(row.organisation or ""),
            row.mail or "",
            row.is_key,
            reply_words(row, row.message_state).text,
            row.answered_at,
            row.get_joins_display(),
            row.interpretation,
            row.needs,
            str(row.delegate_for.person) if row.delegate_for else "",
            str(row.delegate or ""),
            ATTENDANCE[row.attended].text if row.attended else "",
            False,
        ]
    if view in ("all", "walk-ins"):
        for came in _walk_ins(event).annotate(mail=Subquery(main)):
            yield [
                str(came.person),
                str(came.organisation or ""),
                came.mail or "",
                came.person.is_key_user,
                *[""] * 7,
                ATTENDANCE[came.state].text,
                True,
            ]
