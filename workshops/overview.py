"""What the page of a workshop shows: its stage, how far its guests came, who they are, and what is sent when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.mail.models import Message
from nso_contacts.office import calendar, clock
from nso_contacts.office.templatetags.office import number, office_date, office_datetime_long
from nso_contacts.pages import charts

from . import follow_up, schedule
from .actions import sending
from .models import Attendance, Event, Invitation, Milestone
from .models.attendance import PRESENT
from .models.event import DRAFT, INVITED, PUBLISHED

Reply = Invitation.Reply
Kind = Milestone.Kind
State = Milestone.State
PAGE = 50

# How far people came --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Funnel:
    """People by the furthest step they reached; walk-ins stand apart."""

    invited: int
    delivered: int
    waiting: int
    replied: int
    accepted: int
    attended: int
    missed: int
    walk_ins: int

    @property
    def came(self) -> int:
        """Everybody who took part."""
        return self.attended + self.walk_ins

    @property
    def silent(self) -> int:
        """Those who have not answered."""
        return self.invited - self.replied

    @property
    def table(self) -> list[tuple[str, int, float | None, str]]:
        """The steps with their numbers, their shares of the invited in percent, and the view behind each."""
        steps = [
            (_("Invited"), self.invited, "invited"),
            (_("Delivered"), self.delivered, ""),
            (_("Replied"), self.replied, "replied"),
            (_("Accepted"), self.accepted, "accepted"),
            (_("Attended"), self.attended, "attended"),
        ]
        return [(title, n, 100 * n / self.invited if self.invited else None, view) for title, n, view in steps]

    def figure(self, event: Event) -> charts.Figure:
        """Figure 1 of the page: the steps as bars, and as a table whose numbers open the people behind them."""
        base = event.get_absolute_url()
        bars = [
            charts.Bar(title, n, f"{number(n)} ({number(share)}%)" if view != "invited" else number(n))
            for title, n, share, view in self.table
        ]
        rows = [
            [title, charts.Cell(number(n), url=f"{base}?show={view}" if view else ""), f"{number(share, 1)}%"]
            for title, n, share, view in self.table
        ]
        sentence = ", ".join(f"{title} {n}" for title, n, _share, _view in self.table)
        source = [
            _("Source: invitation log."),
            self._apart(),
            _("As of %(now)s.") % {"now": office_datetime_long(clock.now())},
        ]
        return charts.Figure(
            key="funnel",
            kicker=_("Figure 1"),
            title=self.takeaway(event),
            unit=_("People, by furthest step reached"),
            chart=charts.bars(bars, sentence=sentence, maximum=self.invited),
            head=[_("Step"), _("People"), _("Share of invited")],
            rows=rows,
            source=" ".join(part for part in source if part),
        )

    def _apart(self) -> str:
        words = ngettext(
            "%(n)s person came without an invitation and stands apart.",
            "%(n)s people came without an invitation and stand apart.",
            self.walk_ins,
        )
        return words % {"n": self.walk_ins} if self.walk_ins else ""

    def takeaway(self, event: Event) -> str:
        """The figure in one sentence."""
        if event.is_over:
            words = {"came": self.attended, "invited": self.invited, "silent": self.silent}
            return _("%(came)s of %(invited)s invited came; %(silent)s never replied") % words
        words = {"replied": self.replied, "invited": self.invited, "accepted": self.accepted}
        return _("%(replied)s of %(invited)s invited have replied; %(accepted)s are coming") % words


def funnel(event: Event) -> Funnel:
    """Count how far the guests of an event came: three queries, however many they are."""
    counted = event.invitations.sent().aggregate(
        invited=Count("pk"),
        replied=Count("pk", filter=~Q(reply="")),
        accepted=Count("pk", filter=Q(reply=Reply.ACCEPTED)),
    )
    attended = event.attendances.aggregate(
        attended=Count("pk", filter=Q(walk_in=False, state__in=PRESENT)),
        missed=Count("pk", filter=~Q(state__in=PRESENT)),
        walk_ins=Count("pk", filter=Q(walk_in=True)),
    )
    states = invitation_messages(event.invitations.sent()).state_counts()
    waiting = sum(states[state] for state in (*Message.WAITING, Message.State.SENDING))
    return Funnel(delivered=states[Message.State.SENT], waiting=waiting, **counted, **attended)


def invitation_messages(invitations: QuerySet[Invitation]) -> Any:
    """The messages that carry these invitations."""
    return Message.objects.of(sending.PURPOSES[Kind.INVITATION]).filter(subject_id__in=invitations.values("pk"))


# The strip ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """One step of the strip: done, current or to come, with its day or result."""

    title: Any
    note: Any
    done: bool
    current: bool


ORDER = [DRAFT, INVITED, (Event.Status.HELD,), (Event.Status.FOLLOW_UP,), PUBLISHED]
TITLES = [
    gettext_lazy("Draft"),
    gettext_lazy("Invitations sent"),
    gettext_lazy("Held"),
    gettext_lazy("Follow-up"),
    gettext_lazy("Outcomes"),
]


def strip(event: Event, reached: Funnel) -> list[Stage]:
    """The five stages of a workshop, each with what is known of it."""
    now = next((number for number, codes in enumerate(ORDER) if event.status in codes), 1 if event.invited_at else 0)
    finished = event.status in PUBLISHED
    notes = [
        office_date(event.created_at),
        _sent_note(event, reached),
        _held_note(event, reached),
        follow_up.step(event) if event.is_over else "",
        _outcomes_note(event),
    ]
    return [
        Stage(title, note, done=number < now or finished, current=number == now and not finished)
        for number, (title, note) in enumerate(zip(TITLES, notes, strict=True))
    ]


def _sent_note(event: Event, reached: Funnel) -> str:
    if event.invited_at is None:
        return ""
    people = ngettext("%(n)s person", "%(n)s people", reached.invited) % {"n": reached.invited}
    return f"{office_date(event.invited_at)}, {people}"


def _held_note(event: Event, reached: Funnel) -> str:
    if event.is_over:
        return _("%(day)s, %(n)s attended") % {"day": office_date(event.day), "n": reached.came}
    return "" if event.is_off else office_date(event.day)


def _outcomes_note(event: Event) -> str:
    if event.published_at:
        return office_date(event.published_at)
    if event.is_off:
        return ""
    return _("Due %(day)s") % {"day": office_date(schedule.due_day(Kind.OUTCOMES, event.day, calendar()))}


# Automatic messages ---------------------------------------------------------------------------------------------------

AUDIENCES = {
    Kind.INVITATION: gettext_lazy("all invited"),
    Kind.REMINDER: gettext_lazy("no reply only"),
    Kind.LAST_REMINDER: gettext_lazy("no reply only"),
    Kind.CALLS: gettext_lazy("the organiser"),
    Kind.CONFIRMATION: gettext_lazy("accepted, tentative"),
    Kind.JOINING_LINK: gettext_lazy("joining online"),
    Kind.THANKS: gettext_lazy("who came"),
    Kind.MISSED: gettext_lazy("who did not come"),
    Kind.OUTCOMES: gettext_lazy("all invited"),
}
LINE_STATES = {State.PLANNED: "planned", State.SENT: "sent", State.SKIPPED: "skipped", State.DROPPED: "dropped"}


def lines(event: Event) -> list[follow_up.Line]:
    """What is sent to the guests and when, with what the follow-up adds, in the order of its days."""
    own = [_line(event, milestone) for milestone in event.milestones.all()]
    return sorted([*own, *follow_up.lines(event)], key=lambda line: (line.when is None, line.when))


def _line(event: Event, milestone: Milestone) -> follow_up.Line:
    is_sent = milestone.state == State.SENT
    can_be_sent = milestone.state == State.PLANNED and not sending.obstacle_to_sending(event, milestone.kind)
    return follow_up.Line(
        title=milestone.get_kind_display(),
        state="waiting" if milestone.awaits_release else LINE_STATES[milestone.state],
        when=milestone.done_at if is_sent else milestone.due_at,
        people=milestone.recipients if is_sent else None,
        audience=AUDIENCES[milestone.kind],
        send_url=reverse("workshops:send_step", args=[event.pk, milestone.pk]) if can_be_sent else "",
    )


@dataclass(frozen=True)
class Planned:
    """A message of an event that is still being planned, with its day if the event has one."""

    title: Any
    audience: Any
    offset: int
    day: date | None

    @property
    def before(self) -> int:
        """How many days before the event."""
        return -self.offset


def planned(day: date | None, *, has_link: bool = True, survey_wanted: bool = True) -> list[Planned]:
    """What will be sent for an event on `day`."""
    kinds = schedule.wanted(has_link=has_link, survey_wanted=survey_wanted)
    steps = [(Kind(kind).label, AUDIENCES[kind], schedule.OFFSETS[kind]) for kind in kinds]
    if survey_wanted:
        steps += FOLLOW_UP
    working = calendar() if day else None
    return [
        Planned(title, audience, offset, working.milestone(day, offset) if day and working else None)
        for title, audience, offset in sorted(steps, key=lambda step: step[2])
    ]


# What the follow-up survey adds, as long as nobody has opened it.
FOLLOW_UP = [
    (gettext_lazy("Thanks and survey"), gettext_lazy("who came"), 1),
    (gettext_lazy("Survey reminder"), gettext_lazy("no answer only"), 7),
]


# The guests -----------------------------------------------------------------------------------------------------------


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
    """One row of "Invitations and attendance"."""

    person: Any
    organisation: Any
    invitation: Invitation | None = None
    reply: Words | None = None
    attendance: Words | None = None
    survey: Any = ""


# The views that stand above the list by themselves; the others are opened from the figure.
CHIPS = ("accepted", "declined", "silent", "unsent")
OVER_CHIPS = ("attended", "missed", "silent")


def shows(event: Event) -> dict[str, tuple[Any, Q]]:
    """The views of the list of guests: their words, and which invitations they hold."""
    here = Q(person__in=event.attendances.present().values("person"))
    away = Q(person__in=event.attendances.exclude(state__in=PRESENT).values("person"))
    return {
        "all": (_("All"), Q()),
        "attended": (_("Attended"), here),
        "missed": (_("Did not attend"), away),
        "accepted": (_("Accepted"), Q(reply=Reply.ACCEPTED)),
        "declined": (_("Declined"), Q(reply__in=[Reply.DECLINED, Reply.DELEGATED])),
        "invited": (_("Invited"), Q(invited_at__isnull=False)),
        "replied": (_("Replied"), ~Q(reply="")),
        "silent": (_("No reply"), Q(reply="", invited_at__isnull=False)),
        "unsent": (_("Not sent"), Q(invited_at=None)),
    }


@dataclass(frozen=True)
class Guests:
    """A page of the guests of an event, with the numbers of its views."""

    rows: list[Guest]
    page: Page
    view: str
    views: list[tuple[str, Any, int]]
    walk_ins: list[Guest]


def guests(event: Event, view: str, number: int, *, size: int = PAGE) -> Guests:
    """The guests of one view of the list. The number of queries does not grow with them."""
    offered = shows(event)
    view = view if view in offered else "all"
    counts = event.invitations.aggregate(
        **{key: Count("pk", filter=rule) for key, (_title, rule) in offered.items() if rule}, all=Count("pk")
    )
    found = event.invitations.filter(offered[view][1]).select_related(
        "person", "organisation", "delegate", "delegate_for__person"
    )
    page = Paginator(found.order_by("person__sort_name", "pk"), size).get_page(number)
    walk_ins = []
    if view in ("all", "attended"):
        walk_ins = list(event.attendances.filter(walk_in=True).select_related("person", "organisation"))
    invitations = list(page)
    people = [row.person_id for row in [*invitations, *walk_ins]]
    attended = {row.person_id: row for row in event.attendances.filter(person__in=people)}
    surveyed = follow_up.states(event, people) if event.is_over else {}
    messages = dict(
        invitation_messages(Invitation.objects.filter(pk__in=[row.pk for row in invitations])).values_list(
            "subject_id", "state"
        )
    )
    rows = [
        Guest(
            invitation.person,
            invitation.organisation,
            invitation,
            reply_words(invitation, messages.get(invitation.pk, "")),
            _attendance_words(attended.get(invitation.person_id)),
            surveyed.get(invitation.person_id, ""),
        )
        for invitation in invitations
    ]
    came = [
        Guest(row.person, row.organisation, None, None, _attendance_words(row), surveyed.get(row.person_id, ""))
        for row in walk_ins
    ]
    chips = OVER_CHIPS if event.is_over else CHIPS
    views = [
        (key, title, counts[key])
        for key, (title, _rule) in offered.items()
        if key in ("all", view) or (key in chips and counts[key])
    ]
    return Guests(rows, page, view, views, came)


def reply_words(invitation: Invitation, message_state: str) -> Words:
    """What somebody answered; before that, what became of their invitation."""
    if invitation.reply:
        return REPLIES[invitation.reply]
    if invitation.invited_at is None:
        return NOT_SENT
    return UNDELIVERED.get(message_state, SILENT)


def _attendance_words(row: Attendance | None) -> Words | None:
    return ATTENDANCE[row.state] if row else None
