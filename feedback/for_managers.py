"""What the start page of a manager says of requests, surveys and needs: figures, and what is worth knowing.

Every figure is counted by the database and leads to the records behind it.
"""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages import panels
from nso_contacts.pages.panels import Panel

from . import satisfaction
from .models import DataNeed, DataRequest
from .models.request import RECENT_DAYS

PAGE = "manager_work"


def register():
    """Called at start-up."""
    panels.register(
        PAGE,
        Panel(
            "requests_on_time",
            _("Requests answered on time"),
            "feedback/panels/requests_on_time.html",
            context=on_time,
            place="fact",
            order=10,
            capability="view_requests",
        ),
    )
    panels.register(
        PAGE,
        Panel(
            "satisfied",
            _("Satisfied with workshops"),
            "feedback/panels/satisfied.html",
            context=satisfied,
            place="fact",
            order=15,
            capability="view_insight",
        ),
    )
    for order, (key, context, capability) in enumerate(
        [
            ("late_requests", late, "view_requests"),
            ("requests_of_nobody", of_nobody, "view_requests"),
            ("untold", untold, "view_needs"),
        ]
    ):
        panels.register(
            PAGE,
            Panel(
                key,
                _("Worth knowing"),
                f"feedback/panels/{key}.html",
                context=context,
                place="line",
                order=10 * order,
                capability=capability,
            ),
        )


def on_time(record, user):
    """Requests answered on or before the day their answer was due, of those answered lately."""
    counted = DataRequest.objects.visible_to(user).answered_lately()
    numbers = counted.aggregate(whole=Count("pk"), part=Count("pk", filter=Q(answered_on_time=True)))
    return {
        **numbers,
        "percent": 100 * numbers["part"] / numbers["whole"] if numbers["whole"] else None,
        "days": RECENT_DAYS,
    }


def satisfied(record, user):
    """The latest quarter with a closed survey, as the page of satisfaction shows it."""
    period = next(iter(satisfaction.periods()), None)
    if period is None:
        return {"result": None}
    result = satisfaction.of_period(period)
    return {
        "result": result,
        "period": period,
        "change": satisfaction.change(result, satisfaction.of_period(period.preceding)),
    }


def late(record, user):
    """The requests that are late, and the one that is late the longest."""
    found = DataRequest.objects.visible_to(user).open().filter(due_on__lt=clock.today())
    number = found.count()
    return {"number": number, "oldest": found.order_by("due_on", "pk").first()} if number else None


def of_nobody(record, user):
    """Open requests that are assigned to nobody."""
    number = DataRequest.objects.visible_to(user).open().filter(assignee=None).count()
    return {"number": number} if number else None


def untold(record, user):
    """Needs of which somebody who raised them has not been told; that all were told is worth knowing, too."""
    decided = DataNeed.objects.visible_to(user).exclude(decision="")
    return {"number": decided.owing_answers().count()} if decided.exists() else None
