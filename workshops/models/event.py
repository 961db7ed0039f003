"""Events: workshops and the meetings of committees and user groups, in one table."""

import uuid
import zoneinfo

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast, Length
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from nso_contacts.office.models import valid_time_zone
from stakeholders.models import Committee, Product, StatisticalDomain, UserGroup

from ..permissions import event_edit_scope, event_scope


class Status(models.TextChoices):
    """Where an event is in its life. Several codes share a word on the screen (see `STAGES`)."""

    PLANNED = "PLANNED", _("Draft")
    ANNOUNCED = "ANNOUNCED", _("Draft")
    INVITING = "INVITING", _("Invitations sent")
    CONFIRMED = "CONFIRMED", _("Invitations sent")
    HELD = "HELD", _("Held")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up")
    REPORTED = "REPORTED", _("Outcomes published")
    CLOSED = "CLOSED", _("Outcomes published")
    POSTPONED = "POSTPONED", _("Postponed")
    CANCELLED = "CANCELLED", _("Cancelled")


DRAFT = (Status.PLANNED, Status.ANNOUNCED)
INVITED = (Status.INVITING, Status.CONFIRMED)
OVER = (Status.HELD, Status.FOLLOW_UP, Status.REPORTED, Status.CLOSED)
PUBLISHED = (Status.REPORTED, Status.CLOSED)

TRANSITIONS = [
    (Status.PLANNED, Status.ANNOUNCED),
    (Status.PLANNED, Status.INVITING),
    (Status.PLANNED, Status.CANCELLED),
    (Status.ANNOUNCED, Status.INVITING),
    (Status.ANNOUNCED, Status.CANCELLED),
    (Status.INVITING, Status.CONFIRMED),
    (Status.INVITING, Status.HELD),
    (Status.INVITING, Status.POSTPONED),
    (Status.INVITING, Status.CANCELLED),
    (Status.CONFIRMED, Status.INVITING),
    (Status.CONFIRMED, Status.HELD),
    (Status.CONFIRMED, Status.POSTPONED),
    (Status.CONFIRMED, Status.CANCELLED),
    (Status.POSTPONED, Status.INVITING),
    (Status.POSTPONED, Status.CANCELLED),
    (Status.HELD, Status.FOLLOW_UP),
    (Status.HELD, Status.REPORTED),
    (Status.FOLLOW_UP, Status.REPORTED),
    (Status.REPORTED, Status.CLOSED),
]


class EventQuerySet(models.QuerySet):
    """Events."""

    def visible_to(self, user):
        return self.filter(event_scope(user))

    def editable_by(self, user):
        return self.filter(event_edit_scope(user))

    def workshops(self):
        return self.filter(kind=Event.Kind.WORKSHOP)

    def meetings(self):
        return self.exclude(kind=Event.Kind.WORKSHOP)

    def with_decisions(self):
        """Add how many decisions were taken, and how many actions are still open."""
        from .meeting import ActionItem, Decision  # noqa: PLC0415 (both refer to the event)

        open_ = ActionItem.objects.filter(event=OuterRef("pk"), task__done_at=None, task__cancelled_at=None)
        return self.annotate(
            decision_count=_count(Decision.objects.filter(event=OuterRef("pk"))), open_action_count=_count(open_)
        )

    def drafts(self):
        """Events nobody has been invited to yet."""
        return self.filter(status__in=DRAFT)

    def inviting(self):
        """Events whose invitations are out and which have not been held."""
        return self.filter(status__in=INVITED)

    def held(self):
        """Events that took place."""
        return self.filter(status__in=OVER)

    def upcoming(self, now):
        """Events still to come."""
        return self.filter(end__gt=now).exclude(status__in=[*OVER, Status.CANCELLED, Status.POSTPONED])

    def with_counts(self):
        """Add how many were invited, replied, accepted and attended, each by one subquery of its own."""
        from .attendance import Attendance  # noqa: PLC0415 (attendance and invitation refer to the event)
        from .invitation import Invitation  # noqa: PLC0415

        sent = Invitation.objects.filter(event=OuterRef("pk"), invited_at__isnull=False)
        present = Attendance.objects.filter(event=OuterRef("pk")).present()
        return self.annotate(
            invited_count=_count(sent),
            replied_count=_count(sent.exclude(reply="")),
            accepted_count=_count(sent.filter(reply=Invitation.Reply.ACCEPTED)),
            chosen_count=_count(Invitation.objects.filter(event=OuterRef("pk"), invited_at=None)),
            attended_count=_count(present),
        )

    def for_domain(self, domain):
        """Events about a domain or one below it."""
        about = EventDomain.objects.filter(
            event=OuterRef("pk"), domain__in=StatisticalDomain.objects.under(domain).values("pk")
        )
        return self.filter(Exists(about))


def _count(rows):
    """The number of `rows` as one subquery."""
    counted = rows.order_by().values("event").annotate(n=models.Count("pk")).values("n")
    return models.functions.Coalesce(models.Subquery(counted), 0)


def _local_day(column):
    """The day on which an instant falls in the event's own zone."""
    local = Func(F("time_zone"), F(column), function="timezone", output_field=models.DateTimeField())
    return Cast(local, models.DateField())


SEARCH_TEXT = pgtrigger.Trigger(
    name="search_text",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    # A title is one JSON value with a text per language; all of them are searched.
    func="""
        NEW.search_text := lower(immutable_unaccent(concat_ws(' ',
            CASE WHEN left(NEW.title, 1) = '{'
                THEN (SELECT string_agg(value, ' ' ORDER BY key) FROM jsonb_each_text(NEW.title::jsonb))
                ELSE NEW.title END,
            NEW.room)));
        RETURN NEW;
    """,
)


@tracked(exclude=["revision", "search_text"])
class Event(models.Model):
    """A workshop or meeting. Its day and hours are those of its own time zone."""

    class Kind(models.TextChoices):
        WORKSHOP = "WORKSHOP", _("Workshop")
        COMMITTEE_MEETING = "COMMITTEE_MEETING", _("Committee meeting")
        GROUP_MEETING = "GROUP_MEETING", _("Group meeting")

    class Mode(models.TextChoices):
        IN_PERSON = "IN_PERSON", _("In a room")
        ONLINE = "ONLINE", _("Online")
        HYBRID = "HYBRID", _("In a room and online")

    Status = Status

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.WORKSHOP, editable=False)
    title = I18nCharField(_("title"))
    objectives = I18nTextField(_("what users should take from it"), blank=True)
    organiser = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="organised_events", verbose_name=_("organiser")
    )
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilitated_events",
        verbose_name=_("facilitator"),
    )
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"))
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[valid_time_zone])
    room = models.CharField(_("room"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    capacity_room = models.PositiveIntegerField(_("places in the room"), null=True, blank=True)
    capacity_online = models.PositiveIntegerField(_("places online"), null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=7), verbose_name=_("languages"))
    domains = models.ManyToManyField(
        StatisticalDomain,
        through="EventDomain",
        blank=True,
        related_name="events",
        verbose_name=_("statistical domains"),
    )
    products = models.ManyToManyField(
        Product, through="EventProduct", blank=True, related_name="events", verbose_name=_("products on the agenda")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("committee")
    )
    group = models.ForeignKey(
        UserGroup, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("user group")
    )
    reply_by = models.DateField(_("reply by"))
    survey_wanted = models.BooleanField(_("ask those who came how it was"), default=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.PLANNED, editable=False)
    # Rises when day, hours, zone or place change. Calendars and messages are told apart by it.
    date_version = models.PositiveIntegerField(default=1, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invitations sent"), null=True, blank=True, editable=False)
    held_at = models.DateTimeField(_("held"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    outcomes = I18nTextField(_("outcomes"), blank=True)
    # The rule of the committee on the day it met; it and its seats may change later.
    voting_seats = models.PositiveSmallIntegerField(_("voting seats"), null=True, blank=True, editable=False)
    quorum_needed = models.PositiveSmallIntegerField(_("quorum"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("outcomes published"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-start", "-pk"]
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        indexes = [
            models.Index(F("start").desc(), F("id").desc(), name="event_recent"),
            models.Index(fields=["organiser", "start"], name="event_organiser"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="event_search_trgm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(GreaterThan(Length("title"), 2)),
                name="event_has_a_title",
                violation_error_message=_("Enter a title."),
            ),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="event_ends_after_start",
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(F("reply_by"), _local_day("start"))),
                name="event_reply_by_before_start",
                violation_error_message=_("“Reply by” cannot be after the day of the workshop."),
            ),
            models.CheckConstraint(
                condition=Q(languages__len__gt=0),
                name="event_has_a_language",
                violation_error_message=_("Choose at least one language."),
            ),
            models.CheckConstraint(
                condition=Q(capacity_room=None) | Q(capacity_room__gt=0) & ~Q(room=""),
                name="event_room_capacity",
                violation_error_message=_("Places in a room need a room, and at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(capacity_online=None) | Q(capacity_online__gt=0) & ~Q(link=""),
                name="event_online_capacity",
                violation_error_message=_("Places online need a link, and at least one place."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*INVITED, *OVER]) | ~Q(room="") | ~Q(link=""),
                name="event_invites_somewhere",
                violation_error_message=_("Enter a room or a link before inviting anybody."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=DRAFT, invited_at=None)
                | Q(status=Status.CANCELLED)
                | Q(invited_at__isnull=False) & ~Q(status__in=DRAFT),
                name="event_invited_has_a_time",
                violation_error_message=_("A workshop whose invitations were sent is no longer a draft."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=OVER, held_at__isnull=False) | ~Q(status__in=OVER) & Q(held_at=None),
                name="event_held_has_a_time",
                violation_error_message=_("A workshop that was held has the time at which it was marked so."),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELLED, cancelled_at__isnull=False)
                | ~Q(status=Status.CANCELLED) & Q(cancelled_at=None),
                name="event_cancelled_has_a_time",
                violation_error_message=_("A cancelled workshop has the time at which it was cancelled."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.CANCELLED, Status.POSTPONED]) | ~Q(reason=""),
                name="event_off_has_a_reason",
                violation_error_message=_("Say why; everybody invited reads it."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=PUBLISHED, published_at__isnull=False)
                | ~Q(status__in=PUBLISHED) & Q(published_at=None),
                name="event_published_has_a_time",
                violation_error_message=_("Published outcomes have the time at which they were published."),
            ),
            models.CheckConstraint(
                condition=Q(kind="WORKSHOP", committee=None)
                | Q(kind="COMMITTEE_MEETING", committee__isnull=False, group=None)
                | Q(kind="GROUP_MEETING", committee=None, group__isnull=False),
                name="event_meeting_of_somebody",
                violation_error_message=_("A meeting belongs to one committee or one user group."),
            ),
            models.CheckConstraint(
                condition=Q(voting_seats=None, quorum_needed=None)
                | Q(kind="COMMITTEE_MEETING", voting_seats__isnull=False, quorum_needed__isnull=False)
                & Q(quorum_needed__lte=F("voting_seats")),
                name="event_quorum_of_a_committee",
                violation_error_message=_("Only a committee has a quorum, and no more than its voting seats."),
            ),
        ]
        triggers = [
            revision_trigger(),
            SEARCH_TEXT,
            pgtrigger.FSM(
                name="status",
                field="status",
                transitions=[(str(before), str(after)) for before, after in TRANSITIONS],
            ),
        ]

    def __str__(self):
        return str(self.title)

    def get_absolute_url(self):
        return reverse("workshops:meeting" if self.is_meeting else "workshops:event", args=[self.pk])

    @property
    def is_meeting(self):
        """Whether a committee or a user group meets."""
        return self.kind != self.Kind.WORKSHOP

    @property
    def body(self):
        """The committee or user group that meets; None for a workshop."""
        return (self.committee or self.group) if self.is_meeting else None

    @property
    def short_title(self):
        """The title beside the name of the body that meets: “Meeting 5”."""
        return capfirst(str(self.title).removeprefix(f"{self.body}:").strip())

    @property
    def zone(self):
        """The zone in which the day and the hours of this event are meant."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def local_start(self):
        """The start on the clock of the place."""
        return self.start.astimezone(self.zone)

    @property
    def local_end(self):
        """The end on the clock of the place."""
        return self.end.astimezone(self.zone)

    @property
    def day(self):
        """The day of the event where it takes place (T of the schedule)."""
        return self.local_start.date()

    @property
    def mode(self):
        """How people join; empty while neither room nor link is known."""
        if self.room and self.link:
            return self.Mode.HYBRID
        return self.Mode.IN_PERSON if self.room else self.Mode.ONLINE if self.link else ""

    @property
    def is_draft(self):
        """Whether nobody has been invited yet."""
        return self.status in DRAFT

    @property
    def is_inviting(self):
        """Whether invitations are out and the event is still to come."""
        return self.status in INVITED

    @property
    def is_over(self):
        """Whether it was held."""
        return self.status in OVER

    @property
    def is_off(self):
        """Whether it will not take place, or not on a known day."""
        return self.status in (Status.CANCELLED, Status.POSTPONED)

    @property
    def missing_languages(self):
        """Languages in which it is held but has no title yet: invitations wait for them."""
        texts = self.title.data if isinstance(self.title.data, dict) else {}
        return [] if isinstance(self.title.data, str) else [code for code in self.languages if not texts.get(code)]


@tracked()
class EventDomain(models.Model):
    """A statistical domain an event is about."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_domains")
    domain = models.ForeignKey(StatisticalDomain, models.PROTECT, related_name="event_domains")

    class Meta:
        ordering = ["event", "domain__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "domain"],
                name="eventdomain_once",
                violation_error_message=_("The workshop is already about this domain."),
            ),
        ]

    def __str__(self):
        return str(self.domain)


@tracked()
class EventProduct(models.Model):
    """A product on the agenda of an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="event_products")

    class Meta:
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "product"],
                name="eventproduct_once",
                violation_error_message=_("This product is already on the agenda."),
            ),
        ]

    def __str__(self):
        return str(self.product)


@tracked(exclude=["revision"])
class Session(models.Model):
    """One item of the programme; of a meeting, of the agenda."""

    class Purpose(models.TextChoices):
        INFORMATION = "INFORMATION", _("For information")
        DISCUSSION = "DISCUSSION", _("For discussion")
        DECISION = "DECISION", _("For decision")

    event = models.ForeignKey(Event, models.CASCADE, related_name="sessions")
    starts = models.TimeField(_("from"), null=True, blank=True, help_text=_("On the clock of the place."))
    title = I18nCharField(_("what it is about"))
    purpose = models.CharField(_("for"), max_length=11, choices=Purpose, blank=True)
    speaker = models.CharField(_("who"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    revision = RevisionField()

    class Meta:
        ordering = ["event", F("starts").asc(nulls_last=True), "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(GreaterThan(Length("title"), 2)),
                name="session_has_a_title",
                violation_error_message=_("Say what this part of the programme is about."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return str(self.title)
