"""Words and marks of requests: what staff read, what a requester reads, what a clock says."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from nso_contacts import office
from nso_contacts.office.models import Office
from nso_contacts.office.workdays import DayKind

from .clock import clock_of
from .models import DataRequest

Status = DataRequest.Status

# status: (mark of `.st-*`, icon)
MARKS = {
    Status.RECEIVED: ("info", "inbox"),
    Status.ACKNOWLEDGED: ("info", "signpost-split"),
    Status.CLARIFICATION_NEEDED: ("", "hourglass-split"),
    Status.QUOTED: ("", "hourglass-split"),
    Status.DELIVERED: ("ok", "check-circle-fill"),
    Status.REFUSED: ("", "x-circle"),
    Status.CLOSED: ("", "check-circle"),
    Status.REDIRECTED: ("", "check-circle"),
    Status.WITHDRAWN: ("", "check-circle"),
    Status.DUPLICATE: ("", "check-circle"),
    Status.QUOTE_DECLINED: ("", "check-circle"),
}
IN_PROGRESS = ("info", "arrow-repeat")

# What the requester reads.
PLAIN = {
    Status.RECEIVED: _("Received"),
    Status.CLARIFICATION_NEEDED: _("We need your answer"),
    Status.QUOTED: _("We need your answer"),
    Status.DELIVERED: _("Answered"),
    Status.REFUSED: _("Declined"),
    Status.CLOSED: _("Closed"),
    Status.REDIRECTED: _("Closed: passed on"),
    Status.WITHDRAWN: _("Closed: withdrawn"),
    Status.DUPLICATE: _("Closed: asked twice"),
    Status.QUOTE_DECLINED: _("Closed"),
}
BEING_PREPARED = _("Being prepared")


def mark(request):
    """The state of a request as (mark, words, icon) for `{% status %}`."""
    state, icon = MARKS.get(request.status, IN_PROGRESS)
    return state, request.get_status_display(), icon


def plain_mark(request):
    """The same, in the requester's words."""
    state, icon = MARKS.get(request.status, IN_PROGRESS)
    if request.status in DataRequest.WAITING:
        state, icon = "warn", "question-circle"
    return state, PLAIN.get(request.status, BEING_PREPARED), icon


@dataclass(frozen=True)
class Reading:
    """A clock in words: `mark` is (state, words, icon), `share` the part of the target that is used, 0 to 100."""

    words: str
    mark: tuple[str, str, str]
    share: int
    day: int
    target: int
    due_at: object = None


def reading(request, *, calendar=None, zone=None, now=None):
    """What the clock of a request says now; None for one that has ended."""
    if request.status not in DataRequest.OPEN:
        return None
    zone = zone or Office.objects.current().zone
    now = (now or timezone.now()).astimezone(zone)
    clock = clock_of(request, calendar or office.calendar(), zone)
    net = clock.net(now.date())
    share = min(100, round(100 * net / clock.target_days)) if clock.target_days else 100
    left = clock.remaining(now)
    if clock.is_paused(now.date()):
        words, state = gettext("Clock paused"), ("", gettext("Clock paused"), "pause-circle")
    elif left.late_days:
        words = ngettext("%(days)s day late", "%(days)s days late", left.late_days) % {"days": left.late_days}
        state, share = ("late", gettext("Late"), "exclamation-triangle-fill"), 100
    elif clock.due_on == now.date():
        words, state = gettext("Due today"), ("warn", gettext("Due today"), "clock")
    else:
        words, state = time_left(left), ("ok", gettext("On time"), "check-circle")
    return Reading(words, state, share, net, clock.target_days, clock.due_at)


def time_left(left):
    """“2 days 6 h left”: whole working days plus time to the end of today's hours."""
    hours = round(left.time.total_seconds() / 3600)
    days = ngettext("%(days)s day", "%(days)s days", left.days) % {"days": left.days} if left.days else ""
    rest = pgettext("hours", "%(hours)s h") % {"hours": hours} if hours else ""
    return gettext("%(time)s left") % {"time": f"{days} {rest}".strip() or pgettext("hours", "0 h")}


def how_it_counts(request):
    """The days of a clock one by one, runs of the same kind joined, as (from, until, words, weight)."""
    zone = Office.objects.current().zone
    clock = clock_of(request, zone=zone)
    today = timezone.now().astimezone(zone).date()
    until = clock.due_on or max(today, clock.day_zero)
    lines = []
    for day in clock.explain(until):
        words = words_of_day(day, clock, today, reopened=request.reopened_at is not None)
        kind = day.kind
        if lines and kind == lines[-1]["kind"] and kind in NOT_COUNTED:
            lines[-1]["until"] = day.date
        else:
            lines.append({"from": day.date, "until": day.date, "kind": kind, "words": words, "strong": False})
        lines[-1]["strong"] = day.date == clock.due_on
    return lines


def words_of_day(day, clock, today, *, reopened=False):
    """One day of a clock in words."""
    if day.kind is DayKind.DAY_ZERO and reopened:
        return gettext("Taken up again %(time)s: day 0") % {"time": date_format(clock.started, "H:i")}
    if day.kind is DayKind.DAY_ZERO:
        return gettext("Received %(time)s: day 0") % {"time": date_format(clock.started, "H:i")}
    if day.kind is DayKind.WORKING:
        words = gettext("Day %(number)s") % {"number": day.number}
        if day.date == clock.due_on:
            return gettext("%(day)s: due at %(time)s") % {"day": words, "time": clock.calendar.closes.strftime("%H:%M")}
        return gettext("%(day)s, today") % {"day": words} if day.date == today else words
    return str(NOT_COUNTED[day.kind])


NOT_COUNTED = {
    DayKind.BEFORE: _("Received; the count starts on the next working day"),
    DayKind.PAUSED: _("Paused: waiting for the requester"),
    DayKind.HOLIDAY: _("Holiday"),
    DayKind.WEEKEND: _("Not a working day"),
}
