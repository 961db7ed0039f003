"""What requests and enquiries show elsewhere: side bar, panels, timeline, search, choices, files, contacts."""

from django.db.models import OuterRef, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.files import owners
from nso_contacts.office import clock, hooks
from nso_contacts.pages import navigation, panels, picks, search, timeline
from nso_contacts.pages.navigation import PORTAL, NavItem
from nso_contacts.pages.panels import Panel
from nso_contacts.pages.picks import PickSource
from nso_contacts.pages.search import SearchSource
from nso_contacts.pages.timeline import Entry, TimelineSource
from stakeholders import agenda
from stakeholders.contacts import ContactSource, contact_sources, latest_day

from . import wording
from .actions import request as actions
from .listings.request import read_clocks
from .models import ClockPause, DataRequest, DisclosureCheck, Enquiry, RequestFile, RequestMessage, RequestProduct

SHOWN = 5


def register():
    """Called at start-up."""
    places()
    parts()
    owners.register(RequestFile, "file")
    hooks.on_calendar_change(actions.count_all_again)
    history.register(
        "request",
        DataRequest,
        "view_requests",
        children=[
            Child(RequestMessage, "request"),
            Child(RequestFile, "request"),
            Child(ClockPause, "request"),
            Child(DisclosureCheck, "request"),
            Child(RequestProduct, "datarequest"),
        ],
    )
    history.register("enquiry", Enquiry, "view_requests")
    picks.register(
        PickSource("request", _("Data request"), DataRequest.objects.visible_to, detail=lambda record: record.reference)
    )
    search.register(
        SearchSource(
            "request",
            _("Data requests"),
            "chat-left-text",
            DataRequest.objects.visible_to,
            detail=lambda record: record.reference,
            order=50,
            list_url_name="feedback:request_list",
        )
    )
    timeline.register(
        TimelineSource(
            "request",
            _("Requests"),
            subjects=("person", "organisation"),
            keys=requests_of,
            load=entries,
            at="received_at",
        )
    )
    agenda.register(
        agenda.EventSource(
            "request", _("Data requests"), due_events, mine=my_due_events, today=agenda.none, ahead=False
        )
    )
    contact_sources.register(
        ContactSource(
            "request",
            {
                "organisation": latest_day(lambda: answered().filter(organisation=OuterRef("pk")), "delivered_at"),
                "person": latest_day(lambda: answered().filter(requester=OuterRef("pk")), "delivered_at"),
            },
        )
    )


def due_events(user, first, last):
    """Open requests by the day their answer is due."""
    return events_of(DataRequest.objects.visible_to(user), first, last)


def my_due_events(user, first, last):
    """Those one answers oneself."""
    return events_of(DataRequest.objects.visible_to(user).filter(assignee=user), first, last)


def events_of(rows, first, last):
    """Requests as entries of the calendar."""
    today = clock.today()
    for request in rows.open().filter(due_on__range=(first, last)).order_by("due_on", "pk")[: agenda.MOST]:
        yield agenda.Event(
            day=request.due_on,
            title=_("Answer: %(subject)s") % {"subject": request.subject},
            url=request.get_absolute_url(),
            icon="chat-left-text",
            about=request.reference,
            late=request.due_on < today,
        )


def places():
    """Where staff and experts find them."""
    navigation.register(
        NavItem(
            "service",
            _("Data requests"),
            "feedback:request_list",
            "chat-left-text",
            "view_requests",
            order=10,
            needing=lambda user: [DataRequest.objects.open().filter(assignee=user)],
            key="d",
        )
    )
    navigation.register(
        NavItem(
            "service",
            _("Enquiries"),
            "feedback:enquiry_list",
            "question-circle",
            ("triage_requests",),
            order=20,
            needing=lambda user: [Enquiry.objects.visible_to(user).open()],
        )
    )
    for order, (title, url_name) in enumerate(
        [
            (_("Home"), "feedback:portal"),
            (_("My requests"), "feedback:portal_request_list"),
            (_("Workshops"), "feedback:portal_workshop_list"),
            (_("Experts"), "feedback:portal_experts"),
        ]
    ):
        navigation.register(NavItem(PORTAL, title, url_name, capability="use_portal", order=10 * order))


def parts():
    """What stands on the pages of organisations and people, and in my work."""
    for kind, field in (("organisation", "organisation"), ("person", "requester")):
        panels.register(
            kind,
            Panel(
                "requests",
                _("Data requests"),
                "feedback/panels/requests.html",
                context=asked_by(field),
                place="main",
                order=60,
                capability="view_requests",
            ),
        )
    panels.register(
        "my_work",
        Panel(
            "requests_late",
            _("Data requests late"),
            "feedback/panels/requests_late.html",
            context=late_of,
            place="fact",
            order=10,
            capability="view_requests",
        ),
    )
    panels.register(
        "my_work",
        Panel(
            "requests",
            _("Data requests assigned to you"),
            "feedback/panels/my_requests.html",
            context=assigned_to,
            place="main",
            order=40,
            capability="view_requests",
        ),
    )


def late_of(record, user):
    """How many of one's own requests are late."""
    own = DataRequest.objects.visible_to(user).open().filter(assignee=user)
    return {"number": own.filter(due_on__lt=clock.today()).count()}


def asked_by(field):
    """The latest requests of an organisation or a person."""

    def context(record, user):
        found = DataRequest.objects.visible_to(user).filter(**{field: record})
        total = found.count()
        if not total:
            return None
        requests = list(found[:SHOWN])
        read_clocks_of(requests)
        return {"requests": requests, "count": total, "filter": f"{field}={record.pk}"}

    return context


def read_clocks_of(requests):
    """Marks and clocks for a handful of rows."""
    prefetch_related_objects(requests, "pauses")
    read_clocks(requests)


def assigned_to(record, user):
    """The open requests a colleague answers, the most urgent first."""
    found = DataRequest.objects.open().visible_to(user).filter(assignee=user)
    total = found.count()
    if not total:
        return None
    requests = list(
        found.select_related("requester", "organisation").prefetch_related("pauses").order_by("due_on", "pk")[:10]
    )
    read_clocks(requests)
    return {"requests": requests, "count": total}


def answered():
    """Requests that were answered: each is a substantive contact on the day of its answer."""
    return DataRequest.objects.filter(delivered_at__isnull=False)


def requests_of(kind, subject, user):
    """The requests on somebody's timeline."""
    field = "organisation" if kind == "organisation" else "requester"
    return DataRequest.objects.visible_to(user).filter(**{field: subject})


def entries(pks, user):
    """Requests as entries of a timeline."""
    for request in DataRequest.objects.filter(pk__in=pks).select_related("assignee"):
        yield Entry(
            request.pk,
            "chat-left-text",
            _("Data request %(reference)s") % {"reference": request.reference},
            text=request.subject,
            url=request.get_absolute_url(),
            status=wording.mark(request),
        )
