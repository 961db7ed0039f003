"""Data requests: what was asked, the clock, the conversation, the answer."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from nso_contacts.office import clock
from nso_contacts.office.models import Office, RequestClass

from ..permissions import request_edit_scope, request_portal_scope, request_scope
from ..triggers import REQUEST_SEARCH

# How many days back an answer counts as one of lately.
RECENT_DAYS = 90


class RequestQuerySet(models.QuerySet):
    """Data requests."""

    def visible_to(self, user):
        return self.filter(request_scope(user))

    def editable_by(self, user):
        return self.filter(request_edit_scope(user))

    def in_portal_of(self, user):
        """Requests a ministry expert sees in the portal."""
        return self.filter(request_portal_scope(user))

    def open(self):
        return self.filter(status__in=DataRequest.OPEN)

    def answered_lately(self):
        """Those answered in the last `RECENT_DAYS` days, with `answered_on_time`: on or before the day it was due.

        A request that was taken up again counts with its first answer.
        """
        zone = Office.objects.current().zone
        first_answer = TruncDate(Coalesce("first_delivered_at", "delivered_at"), tzinfo=zone)
        answered = self.annotate(answered_day=first_answer, answer_due=Coalesce("first_due_on", "due_on"))
        in_time = Q(answered_day__lte=F("answer_due"))
        return answered.filter(answered_day__gt=clock.today() - timedelta(days=RECENT_DAYS)).annotate(
            answered_on_time=Case(When(in_time, then=True), default=False, output_field=models.BooleanField())
        )


@tracked(exclude=["revision", "search_text"])
class DataRequest(models.Model):
    """Something a user asked the office to provide."""

    class Status(models.TextChoices):
        """Codes of the lifecycle with the words staff read."""

        RECEIVED = "RECEIVED", _("New")
        ACKNOWLEDGED = "ACKNOWLEDGED", _("In triage")
        TRIAGED = "TRIAGED", _("In progress")
        CLARIFICATION_NEEDED = "CLARIFICATION_NEEDED", _("Waiting for requester")
        QUOTED = "QUOTED", _("Waiting for requester")
        QUOTE_ACCEPTED = "QUOTE_ACCEPTED", _("In progress")
        QUOTE_DECLINED = "QUOTE_DECLINED", _("Closed")
        IN_PROGRESS = "IN_PROGRESS", _("In progress")
        DISCLOSURE_CHECK = "DISCLOSURE_CHECK", _("In progress")
        READY = "READY", _("In progress")
        DELIVERED = "DELIVERED", _("Answered")
        CLOSED = "CLOSED", _("Closed")
        REDIRECTED = "REDIRECTED", _("Closed")
        WITHDRAWN = "WITHDRAWN", _("Closed")
        REFUSED = "REFUSED", _("Declined")
        DUPLICATE = "DUPLICATE", _("Closed")

    OPEN = (
        Status.RECEIVED,
        Status.ACKNOWLEDGED,
        Status.TRIAGED,
        Status.CLARIFICATION_NEEDED,
        Status.QUOTED,
        Status.QUOTE_ACCEPTED,
        Status.IN_PROGRESS,
        Status.DISCLOSURE_CHECK,
        Status.READY,
    )
    WAITING = (Status.CLARIFICATION_NEEDED, Status.QUOTED)

    class Channel(models.TextChoices):
        PORTAL = "PORTAL", _("Portal")
        WEB_FORM = "WEB_FORM", _("Web form")
        EMAIL = "EMAIL", _("E-mail")
        PHONE = "PHONE", _("Call")
        LETTER = "LETTER", _("Letter")
        MEETING = "MEETING", _("Meeting")

    class Geography(models.TextChoices):
        COUNTRY = "COUNTRY", _("Whole country")
        REGION = "REGION", _("Regions")
        DISTRICT = "DISTRICT", _("Districts")

    class RefusalReason(models.TextChoices):
        CONFIDENTIAL = "CONFIDENTIAL", _("The figures would reveal information about individuals")
        NOT_AVAILABLE = "NOT_AVAILABLE", _("The data do not exist")
        TOO_COSTLY = "TOO_COSTLY", _("The work would cost too much")
        OUT_OF_SCOPE = "OUT_OF_SCOPE", _("It is not the office's task")
        EMBARGOED = "EMBARGOED", _("The figures are not released yet")

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=24, choices=Status, default=Status.RECEIVED, editable=False)
    request_class = models.CharField(_("class"), max_length=30, choices=RequestClass, blank=True)
    is_free = models.BooleanField(_("free of charge"), default=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, default=Channel.PORTAL)
    # Somebody on file, or (from the public form) only a name and an address.
    requester = models.ForeignKey(
        "stakeholders.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="data_requests",
        verbose_name=_("requester"),
    )
    requester_name = models.CharField(_("name"), max_length=200, blank=True)
    requester_email = models.EmailField(_("e-mail address"), blank=True)
    organisation = models.ForeignKey(
        "stakeholders.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="data_requests",
        verbose_name=_("organisation"),
    )
    language = models.CharField(_("language"), max_length=12, blank=True)

    subject = models.CharField(_("the data in one sentence"), max_length=200)
    details = models.TextField(_("details"), blank=True)
    domain = models.ForeignKey(
        "stakeholders.StatisticalDomain",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="data_requests",
        verbose_name=_("statistical domain"),
    )
    products = models.ManyToManyField(
        "stakeholders.Product", blank=True, related_name="data_requests", verbose_name=_("products")
    )
    first_year = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    geography = models.CharField(_("level of geography"), max_length=10, choices=Geography, default=Geography.COUNTRY)
    breakdowns = models.CharField(_("break down by"), max_length=300, blank=True)
    purpose = models.TextField(_("used for"), blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)

    received_at = models.DateTimeField(_("received"), editable=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)
    triaged_at = models.DateTimeField(null=True, blank=True, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Taken up again: a second clock counts from then, and what the first one came to is kept for reporting.
    reopened_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_due_on = models.DateField(null=True, blank=True, editable=False)
    target_days = models.PositiveSmallIntegerField(_("target, working days"), editable=False)
    due_on = models.DateField(_("answer due"), null=True, blank=True, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_requests",
        verbose_name=_("assigned to"),
    )
    # Who made the figures and handed them in for the disclosure check.
    producer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("producer"),
    )
    outcome = models.TextField(_("outcome"), blank=True)
    refusal_reason = models.CharField(_("reason"), max_length=16, choices=RefusalReason, blank=True)
    redirected_to = models.CharField(_("passed on to"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "due_on"], name="request_status_due"),
            models.Index(F("assignee"), F("due_on"), name="request_assignee"),
            models.Index(F("organisation"), F("received_at").desc(), name="request_organisation"),
            models.Index(F("requester"), F("received_at").desc(), name="request_requester"),
            models.Index(F("received_at").desc(), F("id").desc(), name="request_recent"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="request_search_trgm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(requester__isnull=False) | ~Q(requester_email=""),
                name="request_has_a_requester",
                violation_error_message=_("Say who asks: a person on file, or a name with an e-mail address."),
            ),
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="request_has_a_subject",
                violation_error_message=_("Describe the data in one sentence."),
            ),
            models.CheckConstraint(
                condition=Q(first_year=None) | Q(last_year=None) | Q(last_year__gte=F("first_year")),
                name="request_years_in_order",
                violation_error_message=_("The last year cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(status="REFUSED") | ~Q(refusal_reason=""),
                name="request_refused_with_reason",
                violation_error_message=_("Choose the reason for declining."),
            ),
            models.CheckConstraint(
                condition=~Q(status="REDIRECTED") | ~Q(redirected_to=""),
                name="request_redirected_somewhere",
                violation_error_message=_("Say to whom the request is passed on."),
            ),
            models.CheckConstraint(
                condition=~Q(status="DELIVERED") | Q(delivered_at__isnull=False),
                name="request_delivered_at_a_time",
                violation_error_message=_("A delivered request has a time of delivery."),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None) | Q(first_delivered_at__isnull=False),
                name="request_reopened_after_an_answer",
                violation_error_message=_("A request taken up again keeps the time of its first answer."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["TRIAGED", "IN_PROGRESS", "DISCLOSURE_CHECK", "READY", "DELIVERED"])
                | ~Q(request_class=""),
                name="request_triaged_has_a_class",
                violation_error_message=_("Choose the class of the request."),
            ),
        ]
        triggers = [revision_trigger(), REQUEST_SEARCH]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("feedback:request", args=[self.pk])

    @property
    def is_waiting(self):
        """Whether the office waits for the requester."""
        return self.status in self.WAITING

    @property
    def who(self):
        """The requester's name as it is shown."""
        return str(self.requester) if self.requester else self.requester_name or self.requester_email

    @property
    def reading_language(self):
        """The language the requester is written to in: the one asked for, else their own; empty: the office's first."""
        return self.language or (self.requester.language if self.requester else "")

    @property
    def address(self):
        """Where messages about the request go: the address given with it, else the person's primary one that works."""
        if self.requester_email or self.requester is None:
            return self.requester_email
        working = self.requester.emails.filter(state="WORKS").order_by("-is_primary", "pk")
        return working.values_list("address", flat=True).first() or ""


@tracked()
class RequestProduct(DataRequest.products.through):
    """A product that a request is about: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("product")
        verbose_name_plural = _("products")


@tracked()
class ClockPause(models.Model):
    """A stretch in which the clock of a request stands still, waiting for the requester."""

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(ended_at=None),
                name="clockpause_one_open",
                violation_error_message=_("The clock already stands still."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="clockpause_ends_after_start",
                violation_error_message=_("A pause cannot end before it starts."),
            ),
        ]

    def __str__(self):
        return f"{self.request}: {self.started_at}"


@tracked()
class RequestMessage(models.Model):
    """One entry of the conversation about a request: from the requester, to the requester, or an internal note."""

    class Kind(models.TextChoices):
        FROM_REQUESTER = "FROM_REQUESTER", _("From the requester")
        REPLY = "REPLY", _("Reply to requester")
        QUESTION = "QUESTION", _("Question to requester")
        ANSWER = "ANSWER", _("Answer")
        INTERNAL = "INTERNAL", _("Internal note")

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="messages")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    text = models.TextField(_("message"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self):
        return self.text[:60]


class RequestFileQuerySet(models.QuerySet):
    """Files of requests."""

    def visible_to(self, user):
        """Staff: files of the requests they see. Ministry experts: files of theirs, internal notes' files never."""
        staff = Q(request__in=DataRequest.objects.visible_to(user))
        portal = Q(request__in=DataRequest.objects.in_portal_of(user)) & ~Q(message__kind="INTERNAL")
        return self.filter(staff | portal)


@tracked()
class RequestFile(models.Model):
    """A file sent with a request or with an answer."""

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="files")
    message = models.ForeignKey(RequestMessage, models.CASCADE, null=True, blank=True, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    objects = RequestFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.file)


@tracked()
class DisclosureCheck(models.Model):
    """Somebody other than the producer vouches that an answer reveals nothing about anybody."""

    class Result(models.TextChoices):
        PASSED = "PASSED", _("Passed")
        FAILED = "FAILED", _("Failed")

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="disclosure_checks")
    producer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(_("result"), max_length=8, choices=Result)
    method = models.CharField(_("method applied"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(checker=F("producer")),
                name="disclosurecheck_by_somebody_else",
                violation_error_message=_("The check must be signed by somebody other than the producer."),
            ),
        ]

    def __str__(self):
        return f"{self.request}: {self.result}"
