"""The calendar of the office: a month in weeks, or day by day as a list."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.office.models import Holiday

from .. import agenda, month

SHOWN = 4
VIEWS = {"month": gettext_lazy("Month"), "list": gettext_lazy("List")}
WHOSE = {"mine": gettext_lazy("Mine"), "all": gettext_lazy("Everybody’s")}


@requires("view_directory")
def calendar(request):
    """Workshops and meetings, tasks, contacts and requests due, and the days the office is closed."""
    today, working = clock.today(), clock.calendar().working_weekdays
    state = state_of(request.GET)
    shown = month.Month(month.first_of(request.GET.get("month", ""), today), month.week_begins(working))
    first, last = shown.weeks[0][0], shown.weeks[-1][-1]
    if state["view"] == "list":
        first, last = shown.first, shown.last
    events, cut = agenda.between(request.user, first, last, mine=state["whose"] == "mine")
    days = month.days(
        [day for week in shown.weeks for day in week if first <= day <= last],
        events,
        month=shown,
        today=today,
        working=working,
        holidays=dict(Holiday.objects.filter(date__range=(first, last)).values_list("date", "name")),
    )
    context = {
        "title": _("Calendar"),
        "month": shown,
        "name": date_format(shown.first, "F Y"),
        "weeks": [days[number : number + 7] for number in range(0, len(days), 7)],
        "days": [day for day in days if day.events or day.holiday or day.is_today],
        "anything": any(day.events for day in days),
        "shown": SHOWN,
        "cut": cut,
        "most": agenda.MOST,
        **state,
        **links(state, shown, today),
    }
    return render(request, "stakeholders/calendar.html", context)


def state_of(data):
    """What of the address counts beside the month; what makes no sense is left out."""
    view, whose = data.get("view"), data.get("whose")
    return {"view": view if view in VIEWS else "month", "whose": whose if whose in WHOSE else "mine"}


def links(state, shown, today):
    """Where one goes from here."""

    def url(first=shown.first, **changed):
        query = {"month": f"{first:%Y-%m}" if first != today.replace(day=1) else "", **state, **changed}
        usual = {"view": "month", "whose": "mine", "month": ""}
        kept = {key: value for key, value in query.items() if value != usual[key]}
        return reverse("stakeholders:calendar") + (f"?{urlencode(kept)}" if kept else "")

    return {
        "before_url": url(shown.before),
        "before_name": date_format(shown.before, "F Y"),
        "after_url": url(shown.after),
        "after_name": date_format(shown.after, "F Y"),
        "today_url": url(today.replace(day=1)),
        "list_url": url(view="list"),
        "views": [(title, url(view=key), key == state["view"]) for key, title in VIEWS.items()],
        "whose_links": [(title, url(whose=key), key == state["whose"]) for key, title in WHOSE.items()],
    }
