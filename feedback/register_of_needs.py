"""What needs and responses show elsewhere: side bar, panels, search, choices, history."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.pages import navigation, panels, picks, search
from nso_contacts.pages.navigation import NavItem
from nso_contacts.pages.panels import Panel
from nso_contacts.pages.picks import PickSource
from nso_contacts.pages.search import SearchSource

from .models import DataNeed, NeedAnswer, NeedDomain, NeedProduct, NeedRaiser, PublishedResponse, ResponseNeed

SHOWN = 5


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
