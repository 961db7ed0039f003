"""What the page of a workshop shows: its stage, how far its guests came, and what is sent when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.mail.models import Message
from nso_contacts.office import calendar, clock
from nso_contacts.office.templatetags.office import number, office_date, office_datetime_long
from nso_contacts.pages import charts

from . import delivered, follow_up, schedule
from .actions import sending
from .models import Event, Invitation, Milestone
from .models.attendance import PRESENT
from .models.event import DRAFT, INVITED, PUBLISHED

Reply = Invitation.Reply
Kind = Milestone.Kind
State = Milestone.State
PAGE = 50

# How far people came --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Funnel:
    """People who reached each step, whatever they had replied; walk-ins stand apart."""

    invited: int
    delivered: int
    waiting: int
    bounced: int
    replied: int
    accepted: int
    attended: int
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
            (_("Delivered"), self.delivered, "delivered"),
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
            [title, charts.Cell(number(n), url=f"{base}?show={view}"), f"{number(share, 1)}%"]
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
            unit=_("People who reached each step"),
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
    """Count how far the guests of an event came: two queries, however many they are."""
    counted = delivered.with_state(event.invitations.sent()).aggregate(
        invited=Count("pk"),
        delivered=Count("pk", filter=Q(message_state=Message.State.SENT)),
        waiting=Count("pk", filter=Q(message_state__in=[*Message.WAITING, Message.State.SENDING])),
        bounced=Count("pk", filter=Q(message_state=Message.State.BOUNCED, reply="")),
        replied=Count("pk", filter=~Q(reply="")),
        accepted=Count("pk", filter=Q(reply=Reply.ACCEPTED)),
    )
    attended = event.attendances.aggregate(
        attended=Count("pk", filter=Q(walk_in=False, state__in=PRESENT)),
        walk_ins=Count("pk", filter=Q(walk_in=True)),
    )
    return Funnel(**counted, **attended)


# The strip ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """One step of the strip: done, current or to come, with its day or result."""

    title: Any
    note: Any = ""
    done: bool = False
    current: bool = False


FOLLOW_UP_STAGE = 3
ORDER = [DRAFT, INVITED, (Event.Status.HELD,), (Event.Status.FOLLOW_UP,), PUBLISHED]
TITLES = [
    gettext_lazy("Draft"),
    gettext_lazy("Invitations sent"),
    gettext_lazy("Held"),
    gettext_lazy("Follow-up"),
    gettext_lazy("Outcomes"),
]


def strip(event: Event, reached: Funnel) -> list[Stage]:
    """The stages of an event, each with what is known of it. No follow-up stands between a meeting and its minutes."""
    now = next((number for number, codes in enumerate(ORDER) if event.status in codes), 1 if event.invited_at else 0)
    finished = event.status in PUBLISHED
    notes = [
        office_date(event.created_at),
        _sent_note(event, reached),
        _held_note(event, reached),
        follow_up.step(event) if event.is_over else "",
        _outcomes_note(event),
    ]
    titles = [*TITLES[:-1], _("Minutes")] if event.is_meeting else TITLES
    return [
        Stage(title, note, done=number < now or finished, current=number == now and not finished)
        for number, (title, note) in enumerate(zip(titles, notes, strict=True))
        if not (event.is_meeting and number == FOLLOW_UP_STAGE)
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
    due = schedule.due_day(Kind.OUTCOMES, event.day, calendar(), is_meeting=event.is_meeting)
    return _("Due %(day)s") % {"day": office_date(due)}


# Automatic messages ---------------------------------------------------------------------------------------------------

AUDIENCES = {
    Kind.SAVE_THE_DATE: gettext_lazy("all chosen"),
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
MEETING_TITLES = {Kind.CONFIRMATION: gettext_lazy("Agenda and papers"), Kind.OUTCOMES: gettext_lazy("Minutes")}


def step_title(event: Event, kind: str) -> Any:
    """What a message of the schedule is called."""
    return MEETING_TITLES.get(Kind(kind), Kind(kind).label) if event.is_meeting else Kind(kind).label


def audience_words(kind: str, *, is_meeting: bool) -> Any:
    """Whom a message of the schedule reaches, in words."""
    return _("all but those who declined") if is_meeting and kind == Kind.CONFIRMATION else AUDIENCES[Kind(kind)]


LINE_STATES = {State.PLANNED: "planned", State.SENT: "sent", State.SKIPPED: "skipped", State.DROPPED: "dropped"}


def lines(event: Event) -> list[follow_up.Line]:
    """What is sent to the guests and when, with what the follow-up adds, in the order of its days."""
    own = [line(event, milestone) for milestone in event.milestones.all() if not _is_bygone(event, milestone)]
    return sorted([*own, *follow_up.lines(event)], key=lambda line: (line.when is None, line.when))


def _is_bygone(event: Event, milestone: Milestone) -> bool:
    """Whether a step was left out and cannot be sent any more, though nobody misses it."""
    return milestone.kind == Kind.SAVE_THE_DATE and milestone.state == State.SKIPPED and not event.is_draft


def line(event: Event, milestone: Milestone) -> follow_up.Line:
    """One message of the schedule as the pages show it."""
    is_sent = milestone.state == State.SENT
    can_be_sent = milestone.may_be_sent and not sending.obstacle_to_sending(event, milestone.kind)
    return follow_up.Line(
        title=step_title(event, milestone.kind),
        state="waiting" if milestone.awaits_release else LINE_STATES[milestone.state],
        when=milestone.done_at if is_sent else milestone.due_at,
        people=milestone.recipients if is_sent else None,
        audience=audience_words(milestone.kind, is_meeting=event.is_meeting),
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


def planned(day: date | None, *, is_meeting: bool = False) -> list[Planned]:
    """What will be sent for an event on `day`."""
    kinds = schedule.wanted(has_link=True, survey_wanted=True, is_draft=True, is_meeting=is_meeting)
    offsets = schedule.offsets(is_meeting=is_meeting)
    titles = MEETING_TITLES if is_meeting else {}
    steps: list[tuple[Any, Any, int]] = [
        (titles.get(Kind(kind), Kind(kind).label), audience_words(kind, is_meeting=is_meeting), offsets[Kind(kind)])
        for kind in kinds
    ]
    if not is_meeting:
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
