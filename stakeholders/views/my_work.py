"""The start page: what I owe, what is on today, what I logged last; for managers, how the office is doing."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.access.policy import requires, signed_in
from nso_contacts.access.roles import has_role
from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.pages import panels

from .. import agenda, due
from ..listings.committee import vacant_seats
from ..models import Committee, Interaction
from ..relations import by_owner, in_all, within_rhythm

SHOWN = 10
PER_PAGE = 50
AHEAD = timedelta(days=7)
WHEN = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "week": gettext_lazy("Next 7 days"),
    "all": gettext_lazy("All"),
}


@signed_in(because="everybody's start page; ministry experts are led on to the portal")
def home(request):
    user = request.user
    if not user.is_staff_member:
        return redirect(_portal())
    if has_role(user, "manager") and not has_role(user, "liaison", "statistician"):
        return render(request, "stakeholders/manager.html", manager_context(user))
    return render(request, "stakeholders/my_work.html", my_work_context(user))


def _portal():
    try:
        return reverse("feedback:portal")
    except NoReverseMatch:
        raise PermissionDenied from None


def my_work_context(user):
    today = clock.today()
    counts = {key: due.everything(user, owner=user, **span(key, today)).count() for key in ("overdue", "today")}
    soon = due.everything(user, owner=user, until=today + AHEAD)
    monday = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=today.weekday())
    logged = Interaction.objects.filter(author=user)
    return {
        "title": _("My work"),
        "counts": counts,
        "needing": sum(counts.values()),
        "dues": due.load(soon[:SHOWN], user),
        "number_due": soon.count(),
        "logged_this_week": logged.filter(created_at__gte=monday).count(),
        "last_logged": logged.prefetch_related(
            "domains", "participants__person", "participants__organisation"
        ).order_by("-created_at", "-pk")[:5],
        "events": agenda.mine(user, today),
        "facts": panels.shown("my_work", user, user, "fact"),
        "main_panels": panels.shown("my_work", user, user, "main"),
        "rail_panels": panels.shown("my_work", user, user, "rail"),
    }


def manager_context(user):
    today, owners = clock.today(), by_owner(user)
    return {
        "title": _("My work"),
        "within": within_rhythm(user),
        "owners": owners,
        "in_all": in_all(owners),
        "events": agenda.events(user, today, today + timedelta(days=30))[:SHOWN],
        "facts": panels.shown("manager_work", user, user, "fact"),
        "main_panels": panels.shown("manager_work", user, user, "main"),
        "vacant_seats": vacant_seats().filter(committee__in=Committee.objects.visible_to(user).active()).count(),
        "lines": panels.shown("manager_work", user, user, "line"),
        "rail_panels": panels.shown("manager_work", user, user, "rail"),
    }


@requires("view_directory")
def due_list(request):
    """Everything owed: mine, a colleague's or the office's, by when it is due."""
    today, user = clock.today(), request.user
    when = request.GET.get("when") if request.GET.get("when") in WHEN else "all"
    colleagues = {str(colleague.pk): colleague for colleague in User.objects.staff()}
    chosen = request.GET.get("owner", str(user.pk))
    owner = None if chosen == "all" else colleagues.get(chosen, user)
    day = contacts_on(request.GET)
    chosen_span = {"since": day, "until": day, "with_tasks": False} if day else span(when, today)
    page = Paginator(due.everything(user, owner=owner, **chosen_span), PER_PAGE).get_page(request.GET.get("page"))
    tabs = [(key, title, due.everything(user, owner=owner, **span(key, today)).count()) for key, title in WHEN.items()]
    context = {
        "title": _("Contacts due"),
        "tabs": tabs,
        "when": "" if day else when,
        "day": day,
        "owner": owner,
        "owner_key": chosen if owner is None or chosen in colleagues else str(user.pk),
        "colleagues": colleagues.values(),
        "page": page,
        "dues": due.load(page.object_list, user),
    }
    return render(request, "stakeholders/due_list.html", context)


def contacts_on(data):
    """The one day whose contacts are asked for, without tasks; None for what is no day."""
    try:
        return parse_date(data.get("contacts_on", ""))
    except ValueError:
        return None


def span(when, today):
    """The days that a word stands for."""
    return {
        "overdue": {"until": today - timedelta(days=1)},
        "today": {"since": today, "until": today},
        "week": {"since": today + timedelta(days=1), "until": today + AHEAD},
    }.get(when, {})
