"""Enquiries: received from the public form, answered, turned into a request, or put aside."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import outbox
from nso_contacts.office.references import next_reference
from stakeholders.models import Organisation, Person

from ..models import DataRequest, Enquiry
from . import request as requests

RECEIPTS_A_DAY = 3


@action
def receive(enquiry: Enquiry, *, actor: User | None, uploads: Iterable[UploadedFile] = ()) -> Enquiry:
    """Take an enquiry in and send its receipt, unless its address has had enough of them today.

    Anybody can type anybody's address: the form must not become a way to fill somebody's mailbox.
    """
    enquiry.reference = next_reference("E")
    earlier = Enquiry.objects.filter(email__iexact=enquiry.email, received_at__gt=timezone.now() - timedelta(days=1))
    wants_receipt = earlier.count() < RECEIPTS_A_DAY
    enquiry.save(force_insert=True)
    if wants_receipt:
        # Nothing that was typed goes out before a person has read it: not even the name.
        _write(enquiry, "feedback.enquiry_received", name="")
    return enquiry


@action
def take(enquiry: Enquiry, *, actor: User) -> Enquiry:
    """Make an enquiry one's own."""
    enquiry = _open(enquiry)
    enquiry.assignee = actor
    enquiry.save()
    return enquiry


@action
def answer(enquiry: Enquiry, text: str, *, actor: User) -> Enquiry:
    """Answer by e-mail and close."""
    enquiry = _open(enquiry)
    enquiry.answer = text
    _close(enquiry, Enquiry.Outcome.ANSWERED, actor)
    _write(enquiry, "feedback.enquiry_answered", name=enquiry.name)
    return enquiry


@action
def put_aside(enquiry: Enquiry, *, actor: User) -> Enquiry:
    """It is not meant for the office; nothing is sent."""
    enquiry = _open(enquiry)
    _close(enquiry, Enquiry.Outcome.SPAM, actor)
    return enquiry


@action
def turn_into_request(
    enquiry: Enquiry,
    *,
    subject: str,
    requester: Person | None,
    organisation: Organisation | None,
    actor: User,
) -> DataRequest:
    """Make a data request of an enquiry. Who asks is chosen by a person, never by an equal address."""
    enquiry = _open(enquiry)
    request = DataRequest(
        subject=subject,
        details=enquiry.text,
        channel=DataRequest.Channel.WEB_FORM,
        requester=requester,
        requester_name=enquiry.name,
        requester_email=enquiry.email,
        organisation=organisation,
        language=enquiry.language,
        received_at=enquiry.received_at,
    )
    requests.submit(request, actor=actor)
    enquiry.request = request
    _close(enquiry, Enquiry.Outcome.REQUEST, actor)
    return request


def _open(enquiry: Enquiry) -> Enquiry:
    enquiry = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    if enquiry.closed_at:
        raise ValidationError(_("This enquiry is closed already."))
    return enquiry


def _close(enquiry: Enquiry, outcome: str, actor: User) -> None:
    enquiry.outcome = outcome
    enquiry.closed_at = timezone.now()
    enquiry.assignee = enquiry.assignee or actor
    enquiry.save()


def _write(enquiry: Enquiry, purpose: str, *, name: str) -> None:
    outbox.post(purpose, subject=enquiry, address=enquiry.email, name=name, language=enquiry.language)
