"""What meetings show elsewhere: on the pages of committees and user groups, in the side bar, in search."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.audit import history
from nso_contacts.files import owners
from nso_contacts.pages import navigation, panels, search
from stakeholders.models import Committee

from . import overview, quorum, wording
from .models import ActionItem, Decision, Event, Milestone, Paper
from .models.event import INVITED, OVER

Kind = Milestone.Kind
SHOWN = 50
LAST = 4


def register() -> None:
    """Tell the shared pages about meetings."""
    owners.register(Paper, "file")
    navigation.register(
        navigation.NavItem(
            "engagement",
            gettext_lazy("Meetings"),
            "workshops:meeting_list",
            "calendar-event",
            capability="view_workshops",
            order=20,
            needing=needing,
        )
    )
    search.register(
        search.SearchSource(
            "meeting",
            gettext_lazy("Meetings"),
            "calendar-event",
            lambda user: Event.objects.meetings().visible_to(user),
            order=41,
            detail=lambda event: f"{wording.when_short(event)}, {event.get_status_display()}",
            capability="view_workshops",
            list_url_name="workshops:meeting_list",
        )
    )
    panels.register(
        "meeting",
        panels.Panel(
            "history",
            gettext_lazy("History"),
            "parts/history.html",
            lambda record, user: history.context("workshop", record, user),
            place="tab",
            order=900,
        ),
    )
    for page in ("committee", "group"):
        for panel in of_body(page):
            panels.register(page, panel)


def of_body(page: str) -> list[panels.Panel]:
    """The parts of the page of a committee or group."""
    parts: list[tuple[str, Any, str, Any, str, int, Any]] = [
        ("call", "", "call", button, "button", 20, None),
        ("meetings", gettext_lazy("Meetings"), "meetings", meetings, "tab", 20, number_of_meetings),
        ("decisions", gettext_lazy("Decisions"), "decisions", decisions, "tab", 30, number_of_decisions),
        ("open_actions", gettext_lazy("Actions from earlier meetings"), "open_actions", open_actions, "main", 30, None),
        ("next_meeting", gettext_lazy("Next meeting"), "next_meeting", next_meeting, "rail", 10, None),
        ("last_decisions", gettext_lazy("Last decisions"), "last_decisions", last_decisions, "rail", 20, None),
    ]
    if page == "group":
        parts.append(("recent_meetings", gettext_lazy("Meetings"), "meetings", recent_meetings, "main", 20, None))
    return [
        panels.Panel(
            key,
            title,
            f"workshops/panels/{template}.html",
            context,
            place=place,
            order=order,
            count=count,
            capability="view_workshops",
        )
        for key, title, template, context, place, order, count in parts
    ]


def needing(user: Any) -> list[QuerySet[Event]]:
    """One's own meetings that wait to be marked as held."""
    over = Event.objects.meetings().visible_to(user).filter(organiser=user, status__in=INVITED, end__lt=timezone.now())
    return [over]


# A committee or group -------------------------------------------------------------------------------------------------


def _name(body: Any) -> str:
    return "committee" if isinstance(body, Committee) else "group"


def _events(body: Any, user: Any) -> QuerySet[Event]:
    return Event.objects.meetings().visible_to(user).filter(**{_name(body): body})


def button(body: Any, user: Any) -> Mapping[str, Any] | None:
    """The button that calls a meeting."""
    if body.archived_at is not None or not user.has_perm("access.change_workshops"):
        return None
    return {"name": _name(body), "pk": body.pk}


def number_of_meetings(body: Any, user: Any) -> int | None:
    """How many meetings there are."""
    return _events(body, user).count() or None


def meetings(body: Any, user: Any) -> Mapping[str, Any]:
    """The meetings, the newest first; of a committee also how often each seat was filled."""
    total = _events(body, user).count()
    return _listed(body, user, SHOWN) | {"total": total} | _by_seat(body, user)


def recent_meetings(body: Any, user: Any) -> Mapping[str, Any] | None:
    """The next and the last meetings, for the page itself."""
    total = _events(body, user).count()
    return _listed(body, user, LAST) | {"total": total, "all_url": "?tab=meetings"} if total else None


def _listed(body: Any, user: Any, most: int) -> dict[str, Any]:
    rows = _events(body, user).select_related("committee", "group").with_counts().with_decisions()
    events = list(rows.order_by("-start", "-pk")[:most])
    seats = quorum.read_many(body, events) if isinstance(body, Committee) and events else {}
    return {"rows": [(event, seats.get(event.pk), what_came_of(event)) for event in events]}


def what_came_of(event: Any) -> str:
    """“2 decisions, 1 open action”."""
    parts = [
        ngettext("%(n)s decision", "%(n)s decisions", n) % {"n": n} if (n := event.decision_count) else "",
        ngettext("%(n)s open action", "%(n)s open actions", n) % {"n": n} if (n := event.open_action_count) else "",
    ]
    return ", ".join(part for part in parts if part)


def _by_seat(body: Any, user: Any) -> dict[str, Any]:
    if not isinstance(body, Committee):
        return {}
    held = list(_events(body, user).filter(status__in=OVER).order_by("-start", "-pk")[:LAST])
    if not held:
        return {}
    filled: dict[int, list[Any]] = {}
    for seats in quorum.read_many(body, held).values():
        for place in seats.places:
            row = filled.setdefault(place.seat.pk, [place.seat, 0, 0])
            row[1] += place.state in quorum.FILLED
            row[2] += 1
    return {"by_seat": [tuple(row) for row in filled.values()], "counted": len(held)}


def _decisions(body: Any, user: Any) -> QuerySet[Decision]:
    rows = Decision.objects.filter(event__in=_events(body, user).values("pk")).select_related(
        "event__committee", "event__group"
    )
    return rows.order_by("-event__start", "number")


def number_of_decisions(body: Any, user: Any) -> int | None:
    """How many decisions its meetings took."""
    return _decisions(body, user).count() or None


def decisions(body: Any, user: Any) -> Mapping[str, Any]:
    """The decisions of its meetings, the newest meeting first."""
    found = _decisions(body, user)
    return {"decisions": found[:SHOWN], "total": found.count()}


def last_decisions(body: Any, user: Any) -> Mapping[str, Any] | None:
    """The newest three."""
    found = list(_decisions(body, user)[:3])
    return {"decisions": found, "total": _decisions(body, user).count()} if found else None


def open_actions(body: Any, user: Any) -> Mapping[str, Any] | None:
    """What was undertaken at its meetings and is not done."""
    rows = ActionItem.objects.filter(
        event__in=_events(body, user).values("pk"), task__done_at=None, task__cancelled_at=None
    )
    found = list(
        rows.select_related("event__committee", "event__group", "task__assignee", "task__person").order_by(
            "task__due_on", "pk"
        )[:SHOWN]
    )
    return {"actions": found, "total": len(found)} if found else None


NOTICE = (Kind.INVITATION, Kind.CONFIRMATION)


def next_meeting(body: Any, user: Any) -> Mapping[str, Any]:
    """The next meeting: when its notice and its papers go out, its agenda, whether a quorum is expected."""
    event = _events(body, user).upcoming(timezone.now()).order_by("start", "pk").first()
    if event is None:
        return {"event": None}
    own = [overview.line(event, step) for step in event.milestones.filter(kind__in=NOTICE)]
    return {
        "event": event,
        "when": wording.when_short(event),
        "where": wording.where_short(event),
        "lines": [line for line in own if line.state in ("sent", "waiting", "planned")],
        "sessions": event.sessions.all(),
        "seats": quorum.read(event),
        "may_change": user.has_perm("access.change_workshops"),
    }
