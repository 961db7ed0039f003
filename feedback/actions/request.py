"""Data requests: received, triaged, asked about, answered, closed. Each act writes row, history and mail."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts import office
from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.files import storage
from nso_contacts.mail import outbox
from nso_contacts.notifications.actions import tell
from nso_contacts.office.models import Office, RequestClass
from nso_contacts.office.references import next_reference
from nso_contacts.office.targets import target
from stakeholders.actions import cadence
from stakeholders.models import Organisation, StatisticalDomain

from ..clock import clock_of
from ..models import ClockPause, DataRequest, DisclosureCheck, RequestFile, RequestMessage

Status = DataRequest.Status
CHECKED_CLASSES = (RequestClass.CUSTOM_TABULATION, RequestClass.MICRODATA_ACCESS)
REOPEN_WITHIN = timedelta(days=30)


class NotNow(ValidationError):
    """What was asked for does not fit the state the request is in; the page says so and nothing changes."""


@action
def submit(request: DataRequest, *, actor: User | None, uploads: Iterable[UploadedFile] = ()) -> DataRequest:
    """Receive a request: give it a reference, start its clock, send the receipt."""
    request.reference = next_reference("DR")
    request.status = Status.RECEIVED
    request.received_at = request.received_at or timezone.now()
    request.target_days = Office.objects.current().target_before_triage
    request.save(force_insert=True)
    _attach(request, uploads, actor)
    _count_again(request)
    _write(request, "feedback.request_received")
    tell("feedback.request_from_mine", request, [_owner(request.organisation)], actor=actor)
    return request


@action
def correct(request: DataRequest, *, actor: User, reason: str = "") -> DataRequest:
    """Save what is asked after staff edited it; the clock is not touched."""
    request.save()
    return request


@action
def triage(
    request: DataRequest,
    *,
    request_class: str,
    is_free: bool,
    domain: StatisticalDomain | None,
    assignee: User | None,
    actor: User,
) -> DataRequest:
    """Set the class and its target, count the clock again from day 0, and say who answers."""
    request = _locked(request)
    _refuse_unless(request, Status.RECEIVED, Status.ACKNOWLEDGED, Status.TRIAGED, Status.IN_PROGRESS)
    now = timezone.now()
    request.request_class = request_class
    request.is_free = is_free
    request.domain = domain
    request.triaged_at = request.triaged_at or now
    request.target_days = target(request_class).deliver
    if request.status in (Status.RECEIVED, Status.ACKNOWLEDGED):
        request.status = Status.TRIAGED
    _acknowledge(request, now)
    _assign(request, assignee, actor)
    request.save()
    _count_again(request)
    return request


@action
def assign(request: DataRequest, assignee: User | None, *, actor: User, reason: str = "") -> DataRequest:
    """Hand a request to somebody, or to nobody. The clock never starts again for it."""
    request = _locked(request)
    _refuse_unless(request, *DataRequest.OPEN)
    _acknowledge(request, timezone.now())
    _assign(request, assignee, actor)
    request.save()
    return request


@action
def note(request: DataRequest, text: str, *, actor: User, uploads: Iterable[UploadedFile] = ()) -> RequestMessage:
    """Write an internal note; the requester never sees it."""
    request = _locked(request)
    return _say(request, RequestMessage.Kind.INTERNAL, text, actor, uploads)


@action
def reply(request: DataRequest, text: str, *, actor: User, uploads: Iterable[UploadedFile] = ()) -> RequestMessage:
    """Write to the requester without asking or answering; the clock runs on."""
    request = _locked(request)
    _acknowledge(request, timezone.now())
    if request.status == Status.TRIAGED:
        request.status = Status.IN_PROGRESS
    request.save()
    message = _say(request, RequestMessage.Kind.REPLY, text, actor, uploads)
    _write(request, "feedback.request_reply", version=message.pk, message=message)
    return message


@action
def ask(request: DataRequest, text: str, *, actor: User, uploads: Iterable[UploadedFile] = ()) -> RequestMessage:
    """Ask the requester something. The clock stands still until they answer."""
    request = _locked(request)
    _refuse_unless(request, *DataRequest.OPEN)
    now = timezone.now()
    _acknowledge(request, now)
    request.status = Status.CLARIFICATION_NEEDED
    request.save()
    ClockPause.objects.get_or_create(request=request, ended_at=None, defaults={"started_at": now})
    _count_again(request)
    message = _say(request, RequestMessage.Kind.QUESTION, text, actor, uploads)
    _write(request, "feedback.request_question", version=message.pk, message=message)
    return message


@action
def hear(
    request: DataRequest, text: str, *, actor: User | None, uploads: Iterable[UploadedFile] = ()
) -> RequestMessage:
    """Take what the requester writes. If the office was waiting for it, the clock runs again."""
    request = _locked(request)
    message = _say(request, RequestMessage.Kind.FROM_REQUESTER, text, actor, uploads)
    if request.status in DataRequest.WAITING:
        request.status = Status.IN_PROGRESS if request.request_class else Status.ACKNOWLEDGED
        _resume(request)
    request.save()
    _count_again(request)
    _tell_assignee(request, "feedback.request_heard", version=message.pk, message=message)
    tell("feedback.request_heard", request, [request.assignee], actor=actor)
    return message


@action
def resume(request: DataRequest, *, actor: User, reason: str = "") -> DataRequest:
    """Go on working although the requester has not answered in writing; the clock runs again."""
    request = _locked(request)
    _refuse_unless(request, *DataRequest.WAITING)
    request.status = Status.IN_PROGRESS if request.request_class else Status.ACKNOWLEDGED
    _resume(request)
    request.save()
    _count_again(request)
    return request


@action
def start(request: DataRequest, *, actor: User) -> DataRequest:
    """Begin the work on a triaged request."""
    request = _locked(request)
    _refuse_unless(request, Status.TRIAGED, Status.QUOTE_ACCEPTED, Status.READY, Status.DISCLOSURE_CHECK)
    request.status = Status.IN_PROGRESS
    request.save()
    return request


@action
def hand_in_for_check(request: DataRequest, *, actor: User) -> DataRequest:
    """Hand the finished work in for the disclosure check; whoever hands it in is its producer."""
    request = _locked(request)
    _refuse_unless(request, Status.TRIAGED, Status.IN_PROGRESS)
    request.producer = actor
    request.status = Status.DISCLOSURE_CHECK
    request.save()
    return request


@action
def sign_check(request: DataRequest, *, result: str, method: str, remark: str, actor: User) -> DisclosureCheck:
    """Sign the disclosure check of somebody else's work. A failed one goes back to the producer."""
    request = _locked(request)
    _refuse_unless(request, Status.DISCLOSURE_CHECK)
    check = DisclosureCheck(
        request=request, producer=request.producer, checker=actor, result=result, method=method, note=remark
    )
    check.full_clean()
    check.save()
    request.status = Status.READY if result == DisclosureCheck.Result.PASSED else Status.IN_PROGRESS
    request.save()
    return check


@action
def answer(request: DataRequest, text: str, *, actor: User, uploads: Iterable[UploadedFile] = ()) -> RequestMessage:
    """Send the answer. Figures made for one user leave the house only after a signed disclosure check."""
    request = _locked(request)
    _refuse_unless(request, *DataRequest.OPEN)
    if not request.request_class:
        raise NotNow(_("Triage the request first: its class decides whether a disclosure check is needed."))
    if request.request_class in CHECKED_CLASSES and request.status != Status.READY:
        raise NotNow(_("This answer needs a disclosure check, signed by somebody other than its producer, first."))
    now = timezone.now()
    _acknowledge(request, now)
    _resume(request)
    request.status = Status.DELIVERED
    request.delivered_at = now
    request.save()
    _count_again(request)
    message = _say(request, RequestMessage.Kind.ANSWER, text, actor, uploads)
    _write(request, "feedback.request_answered", version=message.pk, message=message)
    _touch(request, actor)
    return message


@action
def refuse(request: DataRequest, *, reason_code: str, text: str, actor: User) -> DataRequest:
    """Decline a request, with the reason and what the requester can do instead."""
    return _end(request, Status.REFUSED, text, actor, "feedback.request_refused", refusal_reason=reason_code)


@action
def redirect(request: DataRequest, *, to: str, text: str, actor: User) -> DataRequest:
    """Pass a request on to the producer who has the figures, and tell the requester where it went."""
    return _end(request, Status.REDIRECTED, text, actor, "feedback.request_redirected", redirected_to=to)


@action
def withdraw(request: DataRequest, *, actor: User | None, reason: str = "") -> DataRequest:
    """The requester does not need it any more."""
    return _end(request, Status.WITHDRAWN, reason, actor, "")


@action
def mark_duplicate(request: DataRequest, *, text: str, actor: User) -> DataRequest:
    """Close a request that repeats another one."""
    return _end(request, Status.DUPLICATE, text, actor, "feedback.request_closed")


@action
def close(request: DataRequest, *, outcome: str, actor: User) -> DataRequest:
    """Close an answered request, with its outcome."""
    request = _locked(request)
    _refuse_unless(request, Status.DELIVERED)
    request.status = Status.CLOSED
    request.outcome = outcome
    request.closed_at = timezone.now()
    request.save()
    return request


@action
def reopen(request: DataRequest, *, actor: User | None, reason: str) -> DataRequest:
    """Take an answered or closed request up again, within 30 days.

    A second clock starts; when the first answer went out and when it was due is kept, however often this happens.
    """
    request = _locked(request)
    _refuse_unless(request, Status.DELIVERED, Status.CLOSED)
    now = timezone.now()
    ended = request.closed_at or request.delivered_at
    if ended and now - ended > REOPEN_WITHIN:
        raise NotNow(_("It ended more than 30 days ago. Make a new request that mentions this one."))
    if request.first_delivered_at is None:
        request.first_delivered_at = request.delivered_at
        request.first_due_on = request.due_on
    request.reopened_at = now
    request.status = Status.IN_PROGRESS
    request.closed_at = None
    request.save()
    _count_again(request)
    _say(request, RequestMessage.Kind.INTERNAL, reason, actor, ())
    return request


@action
def count_all_again(*, actor: User | None) -> int:
    """Recompute the due date of every open request, after the office's holidays or hours changed."""
    calendar, zone = office.calendar(), Office.objects.current().zone
    changed = []
    for request in DataRequest.objects.open().prefetch_related("pauses").select_for_update(of=("self",)):
        due_on = clock_of(request, calendar, zone).due_on
        if due_on != request.due_on:
            request.due_on = due_on
            changed.append(request)
    DataRequest.objects.bulk_update(changed, ["due_on"], batch_size=500)
    return len(changed)


def _locked(request: DataRequest) -> DataRequest:
    return DataRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


# Staff read “In progress” for several states; who is refused something must know which of them it is.
STAGES = {
    Status.TRIAGED: _("Triaged, not begun"),
    Status.DISCLOSURE_CHECK: _("Waiting for its disclosure check"),
    Status.READY: _("Checked, ready to be answered"),
}


def _refuse_unless(request: DataRequest, *statuses: str) -> None:
    if request.status not in statuses:
        raise NotNow(
            _("The request is “%(status)s” now, so this cannot be done."),
            params={"status": STAGES.get(Status(request.status)) or request.get_status_display()},
        )


def _acknowledge(request: DataRequest, now: datetime) -> None:
    """The first act of a person, whatever it is, acknowledges a request; the automatic receipt does not."""
    if request.acknowledged_at is None:
        request.acknowledged_at = now
    if request.status == Status.RECEIVED:
        request.status = Status.ACKNOWLEDGED


def _assign(request: DataRequest, assignee: User | None, actor: User) -> None:
    if assignee == request.assignee:
        return
    request.assignee = assignee
    if assignee is not None and assignee != actor:
        _tell_assignee(request, "feedback.request_assigned", version=timezone.now().isoformat())
        tell("feedback.request_assigned", request, [assignee], actor=actor)


def _say(
    request: DataRequest, kind: str, text: str, actor: User | None, uploads: Iterable[UploadedFile]
) -> RequestMessage:
    # Behind a personal link the actor is a person without a login.
    author = actor if isinstance(actor, User) else None
    message = RequestMessage.objects.create(request=request, kind=kind, text=text, author=author)
    _attach(request, uploads, actor, message)
    return message


def _attach(
    request: DataRequest, uploads: Iterable[UploadedFile], actor: User | None, message: RequestMessage | None = None
) -> None:
    for upload in uploads:
        RequestFile.objects.create(request=request, message=message, file=storage.store(upload, actor))


def _resume(request: DataRequest) -> None:
    request.pauses.filter(ended_at=None).update(ended_at=timezone.now())


def _count_again(request: DataRequest) -> None:
    """Store the due date anew; while the clock stands still there is none."""
    request.due_on = clock_of(request).due_on
    DataRequest.objects.filter(pk=request.pk).update(due_on=request.due_on)


def _end(request: DataRequest, status: str, text: str, actor: User | None, purpose: str, **values: str) -> DataRequest:
    request = _locked(request)
    _refuse_unless(request, *DataRequest.OPEN)
    now = timezone.now()
    if actor is not None and status != Status.WITHDRAWN:
        _acknowledge(request, now)
    _resume(request)
    for name, value in values.items():
        setattr(request, name, value)
    request.status = status
    request.outcome = text
    request.closed_at = now
    request.full_clean(exclude=["reference"])
    request.save()
    _count_again(request)
    if purpose:
        message = _say(request, RequestMessage.Kind.REPLY, text, actor, ())
        _write(request, purpose, version=message.pk, message=message)
    return request


def _write(request: DataRequest, purpose: str, *, version: object = "1", message: RequestMessage | None = None) -> None:
    """Post a message to the requester, in their language."""
    outbox.post(
        purpose,
        subject=request,
        recipient=request.requester,
        address=request.address,
        name=request.who,
        language=request.reading_language,
        version=version,
        context={"message": message.pk} if message else {},
    )


def _tell_assignee(
    request: DataRequest, purpose: str, *, version: object, message: RequestMessage | None = None
) -> None:
    if request.assignee is not None:
        outbox.post(
            purpose,
            subject=request,
            recipient=request.assignee,
            address=request.assignee.email,
            language=request.assignee.language,
            version=version,
            context={"message": message.pk} if message else {},
        )


def _owner(organisation: Organisation | None) -> User | None:
    """The colleague who keeps in touch with an organisation, or else with the one above it."""
    while organisation is not None and organisation.owner is None:
        organisation = organisation.parent
    return organisation.owner if organisation is not None else None


def _touch(request: DataRequest, actor: User | None) -> None:
    organisation: Organisation | None = request.organisation
    cadence.touch(
        organisations=[organisation.pk] if organisation else [],
        people=[request.requester.pk] if request.requester else [],
        actor=actor,
    )
