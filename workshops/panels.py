"""What workshops show on other pages: the side bar, search, timelines, people's and organisations' pages, My work."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.audit import history
from nso_contacts.pages import navigation, panels, search, timeline
from stakeholders import agenda
from stakeholders.models import Person

from . import meeting_panels, wording
from .models import ActionItem, Attendance, Decision, Event, EventDomain, EventProduct, Invitation, Paper, Session
from .models.event import INVITED, OVER, PUBLISHED

SHOWN = 50
Reply = Invitation.Reply


def register() -> None:
    """Tell the shared pages about workshops."""
    navigation.register(
        navigation.NavItem(
            "engagement",
            gettext_lazy("Workshops"),
            "workshops:list",
            "easel",
            capability="view_workshops",
            order=10,
            needing=needing,
            key="k",
        )
    )
    search.register(
        search.SearchSource(
            "workshop",
            gettext_lazy("Workshops"),
            "easel",
            lambda user: Event.objects.workshops().visible_to(user),
            order=40,
            detail=lambda event: f"{wording.when_short(event)}, {event.get_status_display()}",
            capability="view_workshops",
            list_url_name="workshops:list",
        )
    )
    history.register(
        "workshop",
        Event,
        "view_workshops",
        children=[
            history.Child(Invitation, "event"),
            history.Child(Attendance, "event"),
            history.Child(Session, "event"),
            history.Child(EventDomain, "event"),
            history.Child(EventProduct, "event"),
            history.Child(Paper, "event"),
            history.Child(Decision, "event"),
            history.Child(ActionItem, "event"),
        ],
    )
    agenda.register(agenda.EventSource("workshop", gettext_lazy("Workshops"), agenda_events, mine=my_agenda_events))
    place_on_timelines()
    place_on_records()
    meeting_panels.register()


def place_on_timelines() -> None:
    """Taking part, and being invited, on the timelines of people and organisations."""
    subjects = ("person", "organisation")
    timeline.register(
        timeline.TimelineSource(
            "workshop",
            gettext_lazy("Workshops"),
            subjects=subjects,
            keys=held_keys,
            load=held_entries,
            at="start",
            order=20,
        )
    )
    timeline.register(
        timeline.TimelineSource(
            "invitation",
            gettext_lazy("Invitations"),
            subjects=subjects,
            keys=invitation_keys,
            load=invitation_entries,
            at="invited_at",
            order=30,
        )
    )


def place_on_records() -> None:
    """The workshops of a person or an organisation, and one's own on My work."""
    for kind in ("person", "organisation"):
        panels.register(
            kind,
            panels.Panel(
                "workshops",
                gettext_lazy("Workshops"),
                "workshops/panels/record.html",
                of_record,
                place="tab",
                order=40,
                count=number_of_record,
                capability="view_workshops",
            ),
        )
    panels.register(
        "my_work",
        panels.Panel(
            "workshops",
            gettext_lazy("Workshops"),
            "workshops/panels/my_work.html",
            mine,
            place="rail",
            order=20,
            capability="view_workshops",
        ),
    )


# What needs me --------------------------------------------------------------------------------------------------------


def needing(user: Any) -> list[QuerySet[Event]]:
    """One's own workshops that wait to be marked as held."""
    over = Event.objects.workshops().visible_to(user).filter(organiser=user, status__in=INVITED, end__lt=timezone.now())
    return [over]


def mine(user: Any, reader: Any) -> dict[str, Any] | None:
    """One's own workshops that are not finished, the next one first."""
    own = Event.objects.visible_to(reader).workshops().filter(Q(organiser=user) | Q(facilitator=user))
    rows = list(own.exclude(status__in=[*PUBLISHED, Event.Status.CANCELLED]).with_counts().order_by("start")[:5])
    return {"events": [(event, *stage_words(event)) for event in rows]} if rows else None


def stage_words(event: Event) -> tuple[str, str, str]:
    """Where a workshop stands, for a short list: colour, words, icon."""
    if event.status == Event.Status.POSTPONED:
        return "warn", _("Postponed: enter the new day"), "pause-circle"
    if event.is_draft:
        words = ngettext("Draft: %(n)s person chosen", "Draft: %(n)s people chosen", event.chosen_count)
        return "", words % {"n": event.chosen_count}, "pencil"
    if event.is_inviting and event.end < timezone.now():
        return "late", _("Over: mark it as held"), "exclamation-triangle-fill"
    if event.is_inviting:
        numbers = {"replied": event.replied_count, "invited": event.invited_count}
        return "", _("Invitations sent: %(replied)s of %(invited)s replied") % numbers, "envelope"
    if event.status == Event.Status.FOLLOW_UP:
        return "info", _("Follow-up: record the outcomes"), "arrow-repeat"
    return "ok", _("Held: %(n)s attended") % {"n": event.attended_count}, "check-circle"


# Timelines ------------------------------------------------------------------------------------------------------------


def held_keys(subject_kind: str, subject: Any, user: Any) -> QuerySet[Event]:
    """The events that somebody of the subject attended, was expected at or was excused from."""
    rows = Attendance.objects.filter(event=OuterRef("pk"), **{subject_kind: subject})
    return Event.objects.visible_to(user).filter(Exists(rows), status__in=OVER)


def held_entries(pks: list[int], user: Any) -> Iterable[timeline.Entry]:
    """Held events as entries, with who came."""
    came: dict[int, list[str]] = {}
    rows = Attendance.objects.present().filter(event__in=pks).select_related("person").order_by("person__sort_name")
    for row in rows:
        came.setdefault(row.event_id, []).append(str(row.person))
    return [
        timeline.Entry(
            key=event.pk,
            icon=icon_of(event),
            title=(_("Meeting: %(title)s") if event.is_meeting else _("Workshop: %(title)s")) % {"title": event},
            text=_people(came.get(event.pk, [])),
            url=event.get_absolute_url(),
        )
        for event in Event.objects.filter(pk__in=pks)
    ]


def icon_of(event: Event) -> str:
    """The sign of a workshop or of a meeting."""
    return "calendar-event" if event.is_meeting else "easel"


def _people(names: list[str]) -> str:
    number = len(names)
    shown = ", ".join(names[:4])
    if number > 4:
        return _("%(number)s people attended, among them %(names)s.") % {"number": number, "names": shown}
    return _("Attended: %(names)s.") % {"names": shown} if names else _("Nobody attended.")


def invitation_keys(subject_kind: str, subject: Any, user: Any) -> QuerySet[Invitation]:
    """Invitations to events that have not been held."""
    sent = Invitation.objects.visible_to(user).sent().filter(**{subject_kind: subject})
    return sent.exclude(event__status__in=OVER)


def invitation_entries(pks: list[int], user: Any) -> Iterable[timeline.Entry]:
    """Invitations as entries, with the answer."""
    rows = Invitation.objects.filter(pk__in=pks).select_related("event", "person")
    return [
        timeline.Entry(
            key=row.pk,
            icon="envelope",
            title=_("Invited: %(title)s") % {"title": row.event},
            text=f"{row.person}: {row.get_reply_display() or _('no reply yet')}. {wording.when_short(row.event)}",
            url=row.event.get_absolute_url(),
        )
        for row in rows
    ]


# Pages of people and organisations ------------------------------------------------------------------------------------


def _invitations(record: Any, user: Any) -> QuerySet[Invitation]:
    link = "person" if isinstance(record, Person) else "organisation"
    return Invitation.objects.visible_to(user).sent().filter(**{link: record})


def _walk_ins(record: Any, user: Any) -> QuerySet[Attendance]:
    link = "person" if isinstance(record, Person) else "organisation"
    return Attendance.objects.visible_to(user).filter(walk_in=True, **{link: record})


def number_of_record(record: Any, user: Any) -> int | None:
    """How many workshops concern a record."""
    events = _invitations(record, user).order_by().values("event")
    return events.union(_walk_ins(record, user).order_by().values("event")).count() or None


def of_record(record: Any, user: Any) -> dict[str, Any]:
    """The workshops somebody of the record was invited to or came to, the newest first."""
    link = "person" if isinstance(record, Person) else "organisation"
    attended = Attendance.objects.filter(event=OuterRef("event"), person=OuterRef("person"))
    invitations = (
        _invitations(record, user)
        .select_related("event", "person")
        .annotate(attendance=attended.values("state")[:1])
        .order_by(F("event__start").desc(), "person__sort_name")[:SHOWN]
    )
    walk_ins = _walk_ins(record, user).select_related("event", "person").order_by("-occurred_at")[:SHOWN]
    states = dict(Attendance.State.choices)
    rows = [(row.event, row.person, row.get_reply_display(), states.get(row.attendance, "")) for row in invitations]
    rows += [(row.event, row.person, _("Walk-in"), row.get_state_display()) for row in walk_ins]
    return {"rows": sorted(rows, key=lambda row: row[0].start, reverse=True), "shows_person": link == "organisation"}


# The calendar ---------------------------------------------------------------------------------------------------------


def agenda_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """Workshops by their day."""
    return _agenda(Event.objects.visible_to(user), first, last)


def my_agenda_events(user: Any, first: Any, last: Any) -> Iterable[agenda.Event]:
    """Workshops that one organises, leads or is invited to."""
    own = Q(organiser=user) | Q(facilitator=user)
    return _agenda(Event.objects.visible_to(user).filter(own), first, last)


def _agenda(rows: QuerySet[Event], first: Any, last: Any) -> Iterable[agenda.Event]:
    near = rows.filter(start__date__lte=last, end__date__gte=first).exclude(status=Event.Status.CANCELLED)
    return [
        agenda.Event(
            day=timezone.localtime(event.start).date(),
            title=str(event),
            url=event.get_absolute_url(),
            icon=icon_of(event),
            at=event.start,
            about=wording.where_short(event),
            until=timezone.localtime(event.end).date(),
        )
        for event in near.exclude(status=Event.Status.POSTPONED).order_by("start", "pk")[: agenda.MOST]
    ]
