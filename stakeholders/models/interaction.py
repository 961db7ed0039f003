"""The contact log: what was said, with whom, through which channel, and what follows from it."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import interaction_edit_scope, interaction_scope, task_edit_scope, task_scope
from ..triggers import INTERACTION_SEARCH
from .domain import StatisticalDomain
from .group import UserGroup
from .organisation import Organisation
from .person import Person
from .product import Product


class InteractionQuerySet(models.QuerySet):
    """Interactions."""

    def visible_to(self, user):
        return self.filter(interaction_scope(user))

    def editable_by(self, user):
        return self.filter(interaction_edit_scope(user))

    def substantive(self):
        return self.filter(substantive=True)


@tracked(exclude=["revision", "search_text", "changed_at"])
class Interaction(models.Model):
    """One contact with somebody outside (screen: contact log entry)."""

    class Channel(models.TextChoices):
        MEETING = "MEETING", _("Meeting")
        PHONE = "PHONE", _("Call")
        EMAIL = "EMAIL", _("E-mail")
        VIDEO_CONFERENCE = "VIDEO_CONFERENCE", _("Virtual meeting")
        LETTER = "LETTER", _("Letter")
        WEB_FORM = "WEB_FORM", _("Web form")
        SOCIAL_MEDIA = "SOCIAL_MEDIA", _("Social media")
        SITE_VISIT = "SITE_VISIT", _("Visit")
        WORKSHOP = "WORKSHOP", _("Workshop")
        COMMITTEE = "COMMITTEE", _("Committee")
        OTHER = "OTHER", _("Other")

    class Direction(models.TextChoices):
        INBOUND = "INBOUND", _("They contacted us")
        OUTBOUND = "OUTBOUND", _("We contacted them")
        MUTUAL = "MUTUAL", _("Both")

    class Purpose(models.TextChoices):
        NEEDS = "NEEDS", _("Data needs")
        FEEDBACK = "FEEDBACK", _("Feedback")
        DATA_SUPPLY = "DATA_SUPPLY", _("Data supply")
        REQUEST = "REQUEST", _("Data request")
        AGREEMENT = "AGREEMENT", _("Agreement")
        METHODOLOGY = "METHODOLOGY", _("Methodology")
        SUPPLIER_QUERY = "SUPPLIER_QUERY", _("Question to a supplier")
        COURTESY = "COURTESY", _("Courtesy")
        COMPLAINT = "COMPLAINT", _("Complaint")

    subject = models.CharField(_("subject"), max_length=200)
    summary = models.TextField(_("notes"), blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.MUTUAL)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, blank=True)
    occurred_at = models.DateTimeField(_("when"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    substantive = models.BooleanField(
        _("substantive"), default=True, help_text=_("Inputs, feedback or decisions; not an appointment or a greeting.")
    )
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Only you, the colleagues who took part and administrators see it."),
    )
    outcome = models.TextField(_("outcome"), blank=True)
    web_address = models.URLField(_("web address"), blank=True)
    domains = models.ManyToManyField(
        StatisticalDomain,
        through="InteractionDomain",
        blank=True,
        related_name="interactions",
        verbose_name=_("statistical domains"),
    )
    products = models.ManyToManyField(
        Product, through="InteractionProduct", blank=True, related_name="interactions", verbose_name=_("products")
    )
    groups = models.ManyToManyField(
        UserGroup, through="InteractionGroup", blank=True, related_name="interactions", verbose_name=_("user groups")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="logged_interactions",
        verbose_name=_("logged by"),
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # Written by every edit, so that a change of participants or domains alone also counts as a revision.
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        indexes = [
            models.Index(F("occurred_at").desc(), F("id").desc(), name="interaction_recent"),
            models.Index(F("author"), F("created_at").desc(), name="interaction_author"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="interaction_search_trgm"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="interaction_has_a_subject",
                violation_error_message=_("Enter a subject."),
            ),
        ]
        triggers = [revision_trigger(), INTERACTION_SEARCH]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("stakeholders:interaction", args=[self.pk])


@tracked()
class InteractionDomain(models.Model):
    """A statistical domain that an interaction was about."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="domain_links")
    domain = models.ForeignKey(StatisticalDomain, models.PROTECT, related_name="interaction_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "domain"],
                name="interactiondomain_once",
                violation_error_message=_("This contact already has that domain."),
            ),
        ]

    def __str__(self):
        return f"{self.interaction}: {self.domain}"


@tracked()
class InteractionProduct(models.Model):
    """A product that an interaction was about."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="product_links")
    product = models.ForeignKey(Product, models.PROTECT, related_name="interaction_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "product"],
                name="interactionproduct_once",
                violation_error_message=_("This contact already has that product."),
            ),
        ]

    def __str__(self):
        return f"{self.interaction}: {self.product}"


@tracked()
class InteractionGroup(models.Model):
    """A user group as a whole that an interaction was with."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="group_links")
    group = models.ForeignKey(UserGroup, models.PROTECT, related_name="interaction_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "group"],
                name="interactiongroup_once",
                violation_error_message=_("This contact already has that group."),
            ),
        ]

    def __str__(self):
        return f"{self.interaction}: {self.group}"


class ParticipantQuerySet(models.QuerySet):
    """Participants."""

    def visible_to(self, user):
        """Participants of the interactions `user` may see."""
        return self.filter(Exists(Interaction.objects.visible_to(user).filter(pk=OuterRef("interaction_id"))))

    def outside(self):
        return self.filter(side=Participant.Side.OUTSIDE)


@tracked()
class Participant(models.Model):
    """Who took part in an interaction: a person (with their organisation at that time) or an organisation alone."""

    class Side(models.TextChoices):
        OUTSIDE = "OUTSIDE", _("Outside")
        INSIDE = "INSIDE", _("This office")

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="participants")
    side = models.CharField(_("side"), max_length=8, choices=Side, default=Side.OUTSIDE)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="participations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="participations")
    # Copied from the interaction, so that a timeline is one index range.
    occurred_at = models.DateTimeField(editable=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["interaction", "-side", "pk"]
        indexes = [
            models.Index(F("person"), F("occurred_at").desc(), name="participant_person_recent"),
            models.Index(F("organisation"), F("occurred_at").desc(), name="participant_organ_recent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="participant_is_somebody",
                violation_error_message=_("Choose a person or an organisation."),
            ),
            models.UniqueConstraint(
                fields=["interaction", "person"],
                condition=Q(person__isnull=False),
                name="participant_person_once",
                violation_error_message=_("This person already takes part."),
            ),
            models.UniqueConstraint(
                fields=["interaction", "organisation"],
                condition=Q(person=None),
                name="participant_organisation_once",
                violation_error_message=_("This organisation already takes part."),
            ),
        ]

    def __str__(self):
        return str(self.person or self.organisation)


class InteractionFileQuerySet(models.QuerySet):
    """Files of interactions."""

    def visible_to(self, user):
        """Files of the interactions `user` may see; the file itself is served by this rule too."""
        return self.filter(Exists(Interaction.objects.visible_to(user).filter(pk=OuterRef("interaction_id"))))


@tracked()
class InteractionFile(models.Model):
    """A file attached to an interaction."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    objects = InteractionFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.file)


class TaskQuerySet(models.QuerySet):
    """Tasks."""

    def visible_to(self, user):
        return self.filter(task_scope(user))

    def editable_by(self, user):
        return self.filter(task_edit_scope(user))

    def open(self):
        return self.filter(done_at=None, cancelled_at=None)

    def owed_by_us(self):
        return self.filter(owed_by=Task.OwedBy.US)


@tracked(exclude=["revision"])
class Task(models.Model):
    """Something a colleague owes somebody, or waits for from somebody: a reply, a visit, a document, by a date."""

    class Kind(models.TextChoices):
        REPLY = "REPLY", _("Reply")
        CALL = "CALL", _("Call back")
        VISIT = "VISIT", _("Visit")
        SEND = "SEND", _("Send")
        OTHER = "OTHER", _("To do")

    class OwedBy(models.TextChoices):
        US = "US", _("We owe them")
        THEM = "THEM", _("They owe us")

    owed_by = models.CharField(_("who owes whom"), max_length=4, choices=OwedBy, default=OwedBy.US)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.REPLY)
    title = models.CharField(_("what is due"), max_length=200)
    due_on = models.DateField(_("due"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks", verbose_name=_("assigned to")
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="tasks", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("organisation")
    )
    interaction = models.ForeignKey(
        Interaction, models.CASCADE, null=True, blank=True, related_name="tasks", editable=False
    )
    settled_by = models.ForeignKey(
        Interaction, models.SET_NULL, null=True, blank=True, related_name="settled_tasks", editable=False
    )
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="created_tasks", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["assignee", "due_on"], name="task_open", condition=Q(done_at=None, cancelled_at=None)),
            models.Index(fields=["person"], name="task_open_person", condition=Q(done_at=None, cancelled_at=None)),
            models.Index(
                fields=["organisation"], name="task_open_organisation", condition=Q(done_at=None, cancelled_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(cancelled_at=None),
                name="task_done_or_cancelled",
                violation_error_message=_("A task is either done or cancelled."),
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="task_has_a_title", violation_error_message=_("Say what is due.")
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("stakeholders:task", args=[self.pk])
