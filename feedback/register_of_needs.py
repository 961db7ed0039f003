"""What needs and responses show elsewhere: side bar, panels, search, choices, history."""

from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.pages import navigation, panels, picks, search
from nso_contacts.pages.navigation import NavItem
from nso_contacts.pages.panels import Panel
from nso_contacts.pages.picks import PickSource
from nso_contacts.pages.search import SearchSource

from .listings.need import mark
from .models import DataNeed, NeedAnswer, NeedDomain, NeedProduct, NeedRaiser, PublishedResponse, ResponseNeed

SHOWN = 5
DECIDED_AT_ONCE = 7
# How long a need may wait for a decision before its row says so, and before somebody should ask why.
SOON, LATE, LONG = timedelta(days=7), timedelta(days=21), timedelta(days=90)


def register():
    """Called at start-up."""
    navigation.register(
        NavItem("service", _("Needs register"), "feedback:need_list", "card-checklist", "view_needs", order=30)
    )
    navigation.register(
        NavItem("service", _("Responses"), "feedback:response_list", "megaphone", "view_needs", order=35)
    )
    picks.register(PickSource("need", _("Need"), DataNeed.objects.visible_to, detail=lambda need: need.reference))
    search.register(
        SearchSource(
            "need",
            _("Needs"),
            "card-checklist",
            DataNeed.objects.visible_to,
            detail=lambda need: need.reference,
            order=60,
            list_url_name="feedback:need_list",
        )
    )
    history.register(
        "need",
        DataNeed,
        "view_needs",
        children=[
            Child(NeedRaiser, "need"),
            Child(NeedAnswer, "raiser__need"),
            Child(NeedDomain, "dataneed"),
            Child(NeedProduct, "dataneed"),
        ],
    )
    at_work()
    history.register("response", PublishedResponse, "view_needs", children=[Child(ResponseNeed, "publishedresponse")])
    for page, field in (
        ("organisation", "organisation"),
        ("person", "person"),
        ("interaction", "interaction"),
        ("request", "request"),
        ("workshop", "event"),
        ("meeting", "event"),
    ):
        panels.register(
            page,
            Panel(
                "needs",
                _("Needs"),
                "feedback/panels/needs.html",
                context=raised_through(field),
                place="rail" if page in ("request", "interaction", "workshop", "meeting") else "main",
                order=70,
                capability="view_needs",
            ),
        )


def at_work():
    """Needs on the start pages: to decide for managers, to look after and to answer for their owners."""
    for place in ("main", "fact"):
        panels.register(
            "manager_work",
            Panel(
                f"needs_{place}",
                _("Needs waiting for your decision") if place == "main" else _("Needs without a decision"),
                f"feedback/panels/needs_to_decide_{place}.html",
                context=to_decide,
                place=place,
                order=20,
                capability="decide_needs",
            ),
        )
    panels.register(
        "my_work",
        Panel(
            "needs",
            _("Needs you look after"),
            "feedback/panels/my_needs.html",
            context=looked_after,
            place="main",
            order=50,
            capability="raise_needs",
        ),
    )


def to_decide(record, user):
    """The needs without a decision, those that wait longest first, and how many of all these are."""
    now = timezone.now()
    needs = DataNeed.objects.visible_to(user)
    waiting = needs.undecided()
    numbers = waiting.aggregate(count=Count("pk"), old=Count("pk", filter=Q(created_at__lt=now - LONG)))
    supported = waiting.select_related("owner").annotate(supporters=Count("raisers"))
    listed = list(supported.order_by("created_at", "pk")[:DECIDED_AT_ONCE])
    for need in listed:
        need.days = (now - need.created_at).days
        need.urgency = "late" if need.days > LATE.days else "warn" if need.days > SOON.days else "ok"
    oldest = listed[0] if listed else None
    return {**numbers, "needs": listed, "oldest": oldest, "all": needs.count(), "long": LONG.days}


def looked_after(record, user):
    """One's own needs that are not closed: those first of which somebody waits for an answer."""
    own = DataNeed.objects.visible_to(user).filter(owner=user).open()
    total = own.count()
    if not total:
        return None
    untold = NeedRaiser.objects.untold().filter(need=OuterRef("pk")).order_by().values("need")
    number = Coalesce(Subquery(untold.annotate(number=Count("pk")).values("number")), 0)
    soonest = own.annotate(untold=number).order_by("-untold", F("needed_by").asc(nulls_last=True), "pk")
    needs = list(soonest[:SHOWN])
    for need in needs:
        need.mark = mark(need)
    return {"count": total, "needs": needs, "owing": own.owing_answers().count()}


def raised_through(field):
    """The needs raised by or through a record, with a way to record one."""

    def context(record, user):
        needs = DataNeed.objects.visible_to(user).filter(raisers__in=NeedRaiser.objects.filter(**{field: record}))
        found = list(needs.distinct().order_by("-created_at", "pk")[:SHOWN])
        may_raise = user.has_perm("access.raise_needs") and field in ("interaction", "request", "event")
        if not found and not may_raise:
            return None
        return {"needs": found, "origin": f"{field}={record.pk}" if may_raise else ""}

    return context
