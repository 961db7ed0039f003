"""What the office sends: one row per message and recipient, and the personal links inside them."""

import uuid
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.office.models import ImmutableUnaccent

from . import purposes
from .permissions import message_scope

LEASE = timedelta(minutes=5)


def entry(what: str, *, detail: str = "", by: object = "") -> dict[str, str]:
    """Return one line of a message's delivery log: what happened, in the mail server's words, and who asked for it."""
    line = {"at": timezone.now().isoformat(), "what": what, "detail": detail, "by": str(by or "")}
    return {key: value for key, value in line.items() if value}


def noted(what: str, *, detail: str = "", by: object = "") -> models.Func:
    """Return the expression that adds an `entry` to the delivery logs of the rows of an update."""
    line = Value([entry(what, detail=detail, by=by)], models.JSONField())
    return models.Func(F("log"), line, template="%(expressions)s", arg_joiner=" || ", output_field=models.JSONField())


def new_message_id() -> str:
    """A Message-ID that stays with a message for all its attempts, so that mail servers recognise a repetition."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4().hex}@{host}>"


class MessageQuerySet(models.QuerySet["Message"]):
    """Reading messages, and the conditional updates by which runs take them."""

    def visible_to(self, user: Any) -> Self:
        """Those `user` may read."""
        return self.filter(message_scope(user, "view_messages"))

    def editable_by(self, user: Any) -> Self:
        """Those `user` may retry, cancel or resolve."""
        return self.filter(message_scope(user, "change_messages"))

    def approvable_by(self, user: Any) -> Self:
        """Those `user` may release."""
        return self.filter(message_scope(user, "approve_messages"), state=Message.State.HELD)

    def for_subject(self, *subjects: models.Model) -> Self:
        """The messages about these records, which are all of one kind."""
        if not subjects:
            return self.none()
        kind = ContentType.objects.get_for_model(subjects[0])
        return self.filter(subject_type=kind, subject_id__in=[subject.pk for subject in subjects])

    def for_recipient(self, recipient: models.Model) -> Self:
        """The messages to this person or user."""
        return self.filter(recipient_type=ContentType.objects.get_for_model(recipient), recipient_id=recipient.pk)

    def of(self, *keys: str) -> Self:
        """The messages of these purposes."""
        return self.filter(purpose__in=keys)

    def waiting(self) -> Self:
        """Those that may still be stopped: nobody has begun to send them."""
        return self.filter(state__in=Message.WAITING)

    def needing_a_look(self) -> Self:
        """Those that stay as they are until somebody decides."""
        return self.filter(NEEDS_A_LOOK)

    def state_counts(self) -> dict[str, int]:
        """How many are in each state, for a funnel or a row of tabs; every state is there, with 0 if need be."""
        counted = dict(self.order_by().values_list("state").annotate(number=models.Count("pk")))
        return {state: counted.get(state, 0) for state in Message.State.values}

    def due(self, moment: datetime) -> Self:
        """Those whose time has come, the most urgent class first."""
        return self.filter(state__in=Message.TO_SEND, due_at__lte=moment).order_by("priority", "due_at", "pk")

    def claim(self, moment: datetime) -> "Message | None":
        """Take the first of these messages for sending, in a transaction of its own. None when nothing is left.

        One statement: a row that another run has just locked is passed over, and the lock asks once more for the
        conditions, so two runs never hold the same message.
        """
        first, params = self.values("pk")[:1].query.sql_with_params()
        statement = (
            "UPDATE mail_message SET state = %s, attempts = attempts + 1, lease_until = %s, when_at = %s "  # noqa: S608
            f"WHERE id = ({first} FOR UPDATE SKIP LOCKED) RETURNING *"
        )  # put together from our own query; what comes from outside stays in the parameters
        taken = Message.objects.raw(statement, [Message.State.SENDING, moment + LEASE, moment, *params])
        return next(iter(taken), None)

    def settle(self, message: "Message", **changes: Any) -> bool:
        """Write the outcome of an attempt. False if the message has gone on to another attempt meanwhile.

        The sweep may have put a slow attempt back, or called it uncertain: the one who sent it knows better.
        """
        return bool(
            self.filter(
                pk=message.pk,
                attempts=message.attempts,
                state__in=[Message.State.SENDING, Message.State.UNCERTAIN, Message.State.QUEUED],
            ).update(lease_until=None, **changes)
        )


class Message(models.Model):
    """One message to one recipient. It is the queue, the record of what was sent, and the guard against doubles."""

    class State(models.TextChoices):
        """Where a message stands; the words are those of the screen."""

        QUEUED = "queued", _("Scheduled")
        SENDING = "sending", _("Sending")
        HELD = "held", _("To approve")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        BOUNCED = "bounced", _("Bounced")
        DROPPED = "dropped", _("Cancelled")
        UNCERTAIN = "uncertain", _("Sent or not: check")

    TO_SEND = (State.QUEUED, State.FAILED)
    WAITING = (State.QUEUED, State.FAILED, State.HELD)

    purpose = models.CharField(_("purpose"), max_length=60)
    message_class = models.CharField(_("class"), max_length=10, choices=purposes.MessageClass)
    priority = models.PositiveSmallIntegerField(editable=False)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    recipient_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+", null=True, blank=True)
    recipient_id = models.BigIntegerField(null=True, blank=True)
    recipient = GenericForeignKey("recipient_type", "recipient_id")
    # The recipient for the guard against doubles: "stakeholders.person/12", or the address of somebody unknown.
    recipient_key = models.CharField(max_length=320, editable=False)
    version = models.CharField(_("version"), max_length=60, default="1")

    # Snapshots, so that a list of messages needs no other table and a search finds them.
    recipient_name = models.CharField(_("recipient"), max_length=250, blank=True)
    address = models.EmailField(_("address"), max_length=254, blank=True)
    about = models.CharField(_("about"), max_length=250, blank=True)
    about_url = models.CharField(max_length=250, blank=True)
    language = models.CharField(_("language"), max_length=7)
    context = models.JSONField(default=dict, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    scheduled = models.BooleanField(
        _("sent by a schedule"), default=False, help_text=_("Only what a schedule sends waits for office hours.")
    )
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    # When the next attempt is due; empty when only a person can bring it on.
    due_at = models.DateTimeField(null=True, blank=True)
    # What the list shows and sorts by: the planned time while waiting, then the time of the last outcome.
    when_at = models.DateTimeField(_("when"))
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When somebody decided that a failure needs nothing more.")
    )

    # What went out, with placeholders where a personal link stood; nothing of a SECURITY message.
    message_id = models.CharField(max_length=254, unique=True, default=new_message_id, editable=False)
    subject_line = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    attached = models.JSONField(default=list, blank=True)
    log = models.JSONField(default=list, blank=True)

    search_text = models.GeneratedField(
        expression=Lower(
            ImmutableUnaccent(
                Concat(
                    F("recipient_name"),
                    Value(" "),
                    F("address"),
                    Value(" "),
                    F("subject_line"),
                    Value(" "),
                    F("about"),
                    output_field=models.TextField(),
                )
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-when_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "purpose",
                "subject_type",
                "subject_id",
                "recipient_key",
                "version",
                name="message_once",
                violation_error_message=_("This message exists already."),
            ),
            models.CheckConstraint(
                name="message_lease_while_sending",
                condition=Q(state="sending", lease_until__isnull=False) | (~Q(state="sending") & Q(lease_until=None)),
                violation_error_message=_("A message has a lease while it is being sent, and only then."),
            ),
            models.CheckConstraint(
                name="message_queued_has_a_time",
                condition=~Q(state="queued") | Q(due_at__isnull=False),
                violation_error_message=_("A waiting message has a time."),
            ),
            models.CheckConstraint(
                name="message_sent_at_when_sent",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                violation_error_message=_("A sent message has the time of sending."),
            ),
            models.CheckConstraint(
                name="message_security_keeps_no_body",
                condition=~Q(message_class="SECURITY") | Q(text="", html=""),
                violation_error_message=_("Messages for signing in keep no text."),
            ),
            models.CheckConstraint(
                name="message_has_an_address",
                condition=~Q(address="") | Q(state="dropped"),
                violation_error_message=_("A message needs an address."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"], name="message_due", condition=Q(state__in=["queued", "failed"])
            ),
            models.Index(fields=["lease_until"], name="message_lease", condition=Q(state="sending")),
            models.Index(fields=["sent_at"], name="message_ceiling", condition=Q(state="sent", priority__gte=2)),
            models.Index(fields=["state", "-when_at", "-id"], name="message_state"),
            models.Index(fields=["-when_at", "-id"], name="message_when"),
            models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
            models.Index(fields=["recipient_type", "recipient_id", "-when_at"], name="message_recipient"),
            # The few that wait for a decision are counted on every page.
            models.Index(
                fields=["id"],
                name="message_needs_a_look",
                condition=Q(state="uncertain") | Q(Q(state="bounced") | Q(state="failed", due_at=None), looked_at=None),
            ),
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="message_search"),
        ]

    def __str__(self) -> str:
        return self.subject_line or str(self.title)

    def get_absolute_url(self) -> str:
        """The message's page."""
        return reverse("mail:message", args=[self.pk])

    @property
    def registered(self) -> "purposes.Purpose | None":
        """The purpose; None for one that no app registers any more."""
        return purposes.get(self.purpose)

    @property
    def title(self) -> Any:
        """What the message is for, in the reader's language."""
        return self.registered.title if self.registered else self.purpose

    @property
    def recipient_url(self) -> str:
        """The page of the recipient, if we know who it is."""
        url = getattr(self.recipient, "get_absolute_url", None)
        return str(url()) if url else ""

    @property
    def may_be_refused(self) -> bool:
        """Whether objections are obeyed."""
        return self.message_class in purposes.REFUSABLE

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be stopped."""
        return self.state in self.WAITING and not (self.state == self.State.FAILED and self.due_at is None)

    @property
    def needs_a_look(self) -> bool:
        """Whether it stays as it is until somebody decides."""
        return self.state == self.State.UNCERTAIN or (
            self.looked_at is None
            and (self.state == self.State.BOUNCED or (self.state == self.State.FAILED and self.due_at is None))
        )

    @property
    def keeps_no_body(self) -> bool:
        """Whether its text is never stored."""
        return self.message_class == purposes.MessageClass.SECURITY


NEEDS_A_LOOK = Q(state=Message.State.UNCERTAIN) | Q(
    Q(state=Message.State.BOUNCED) | Q(state=Message.State.FAILED, due_at=None), looked_at=None
)


class PersonalLinkQuerySet(models.QuerySet["PersonalLink"]):
    """Reading links."""

    def live(self) -> Self:
        """Those that still answer."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def to_record(self, kind: str, record: models.Model) -> Self:
        """The links of one kind to one record."""
        return self.filter(kind=kind, record_type=ContentType.objects.get_for_model(record), record_id=record.pk)


class PersonalLink(models.Model):
    """A link that answers for one person without signing in. Only the hash of its token is kept."""

    kind = models.CharField(max_length=40)
    record_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    record_id = models.BigIntegerField()
    record = GenericForeignKey("record_type", "record_id")
    sha256 = models.CharField(max_length=64, unique=True)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="links")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PersonalLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal link")
        verbose_name_plural = _("personal links")
        indexes = [models.Index(fields=["record_type", "record_id", "kind"], name="personal_link_record")]
        constraints = [
            models.CheckConstraint(
                name="personal_link_is_a_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("Only the hash of a link is kept."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
