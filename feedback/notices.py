"""What colleagues are notified of: requests and needs given to them, what requesters write, what is late or failed."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nso_contacts.mail import purposes
from nso_contacts.mail.models import Message
from nso_contacts.notifications import causes
from nso_contacts.notifications.actions import tell
from nso_contacts.notifications.causes import Cause, Kind
from nso_contacts.office import clock
from stakeholders.notices import NEWS
from workshops.notices import MESSAGE_FAILED as EVENT_MESSAGE_FAILED

from .models import DataNeed, DataRequest, Enquiry, FrameMember, NeedAnswer

Status = DataNeed.Status
REQUEST_FAILED = "feedback.request_message_failed"
ENQUIRY_FAILED = "feedback.enquiry_message_failed"
NEED_FAILED = "feedback.need_message_failed"


def register() -> None:
    """Make the causes known, and listen for messages that cannot be delivered."""
    for cause in (*about_requests(), *about_needs(), *about_messages()):
        causes.register(cause)
    purposes.on_trouble(hear_of_trouble)


def about_requests() -> Iterable[Cause]:
    """Requests and enquiries."""
    yield Cause(
        "feedback.request_assigned",
        Kind.ASSIGNED,
        "chat-left-text",
        rows=own_requests,
        title=lambda request: _("Data request for you: %(subject)s") % {"subject": request.subject},
        about=request_facts,
        related=("organisation",),
    )
    yield Cause(
        "feedback.request_heard",
        Kind.REPLY,
        "reply",
        rows=lambda user: DataRequest.objects.visible_to(user).filter(assignee=user),
        title=lambda request: (
            _("%(who)s wrote about: %(subject)s")
            % {"who": request.requester or request.requester_name, "subject": request.subject}
        ),
        about=request_facts,
        related=("organisation", "requester"),
    )
    yield Cause(
        "feedback.request_from_mine",
        Kind.REPLY,
        "chat-left-text",
        rows=DataRequest.objects.visible_to,
        title=lambda request: (
            _("%(organisation)s asks for: %(subject)s")
            % {"organisation": request.organisation, "subject": request.subject}
        ),
        about=lambda request: request.reference,
        related=("organisation",),
    )
    yield Cause(
        "feedback.request_overdue",
        Kind.OVERDUE,
        "exclamation-triangle",
        rows=lambda user: own_requests(user).filter(due_on__lt=clock.today()),
        title=lambda request: _("Answer overdue: %(subject)s") % {"subject": request.subject},
        about=request_facts,
        related=("organisation",),
        found=overdue_requests,
    )
    yield Cause(
        "feedback.enquiry_assigned",
        Kind.ASSIGNED,
        "question-circle",
        rows=lambda user: Enquiry.objects.visible_to(user).open().filter(assignee=user),
        title=lambda enquiry: _("Enquiry for you: %(topic)s") % {"topic": enquiry.get_topic_display()},
        about=lambda enquiry: f"{enquiry.reference} · {enquiry.name or enquiry.email}",
    )


def about_needs() -> Iterable[Cause]:
    """Needs."""
    yield Cause(
        "feedback.need_assigned",
        Kind.ASSIGNED,
        "card-checklist",
        rows=own_needs,
        title=lambda need: _("Need for you: %(need)s") % {"need": need.title},
        about=lambda need: need.reference,
    )
    yield Cause(
        "feedback.need_overdue",
        Kind.OVERDUE,
        "exclamation-triangle",
        rows=lambda user: promised().visible_to(user).filter(owner=user, promised_on__lt=clock.today()),
        title=lambda need: _("Promised and not delivered: %(need)s") % {"need": need.title},
        about=lambda need: need.reference,
        found=overdue_needs,
    )


def about_messages() -> Iterable[Cause]:
    """Messages to those who asked."""
    for key, rows in (
        (REQUEST_FAILED, DataRequest.objects.visible_to),
        (ENQUIRY_FAILED, Enquiry.objects.visible_to),
        (NEED_FAILED, DataNeed.objects.visible_to),
    ):
        yield Cause(
            key,
            Kind.FAILED,
            "exclamation-triangle",
            rows=rows,
            title=lambda record: (
                _("A message about %(reference)s could not be delivered") % {"reference": record.reference}
            ),
            about=lambda record: getattr(record, "subject", "") or getattr(record, "title", ""),
        )


def own_requests(user: Any) -> QuerySet[DataRequest]:
    """Open requests that `user` answers."""
    return DataRequest.objects.visible_to(user).open().filter(assignee=user)


def request_facts(request: DataRequest) -> str:
    """“DR-2026-0418 · Ministry of Labour”."""
    return " · ".join(filter(None, (request.reference, str(request.organisation or ""))))


def overdue_requests(today: date) -> Iterable[tuple[int, int, date]]:
    """Open requests whose day has passed lately, for whoever answers them."""
    late = DataRequest.objects.open().filter(assignee__isnull=False, due_on__lt=today, due_on__gte=today - NEWS)
    for user, request, due_on in late.values_list("assignee_id", "pk", "due_on"):
        yield user, request, due_on + timedelta(days=1)


def own_needs(user: Any) -> QuerySet[DataNeed]:
    """Needs that `user` looks after and that are not closed."""
    return DataNeed.objects.visible_to(user).open().filter(owner=user)


def promised() -> Any:
    """Needs that were decided on and are not delivered."""
    return DataNeed.objects.filter(status__in=[Status.DECIDED, Status.PLANNED, Status.IN_DEVELOPMENT])


def overdue_needs(today: date) -> Iterable[tuple[int, int, date]]:
    """Needs whose promised day has passed lately."""
    late = promised().filter(owner__isnull=False, promised_on__lt=today, promised_on__gte=today - NEWS)
    for user, need, promised_on in late.values_list("owner_id", "pk", "promised_on"):
        yield user, need, promised_on + timedelta(days=1)


def hear_of_trouble(message: Message) -> None:
    """Whoever answers has to know when the answer does not arrive."""
    about = message.subject
    if isinstance(about, DataRequest):
        tell(REQUEST_FAILED, about, [about.assignee], actor=None)
    elif isinstance(about, Enquiry):
        tell(ENQUIRY_FAILED, about, [about.assignee], actor=None)
    elif isinstance(about, NeedAnswer):
        tell(NEED_FAILED, about.raiser.need, [about.author], actor=None)
    elif isinstance(about, FrameMember) and about.wave.event is not None:
        tell(EVENT_MESSAGE_FAILED, about.wave.event, [about.wave.event.organiser], actor=None)
