"""The needs register: what users require, what was decided, and what each who raised it was told."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import need_edit_scope, need_scope
from ..triggers import NEED_SEARCH


def delivered(need=""):
    """The condition for needs that are delivered: a need that was turned down closes, too.

    `need` is the path to the need of a row, such as "need__".
    """
    was_delivered = Q(**{f"{need}status": "CLOSED"}) & ~Q(**{f"{need}decision__in": DataNeed.TURNED_DOWN})
    return was_delivered | Q(**{f"{need}status__in": ["MET", "VERIFIED"]})


class NeedQuerySet(models.QuerySet):
    """Data needs."""

    def visible_to(self, user):
        return self.filter(need_scope(user))

    def editable_by(self, user):
        return self.filter(need_edit_scope(user))

    def open(self):
        return self.exclude(status__in=[DataNeed.Status.CLOSED])

    def undecided(self):
        """Those that wait for a decision."""
        return self.filter(status__in=DataNeed.UNDECIDED)

    def like(self, need):
        """Other needs whose words are like the title of this one, the likest first."""
        words = need.title.lower()
        likeness = TrigramWordSimilarity(words, "search_text")
        alike = self.exclude(pk=need.pk).filter(search_text__trigram_word_similar=words)
        return alike.order_by(likeness.desc(), "-pk")

    def owing_answers(self):
        """Those decided or delivered of which somebody who raised them was not told."""
        return self.exclude(decision="").filter(Exists(NeedRaiser.objects.untold().filter(need=OuterRef("pk"))))


@tracked(exclude=["revision", "search_text"])
class DataNeed(models.Model):
    """Something users require that the statistical programme does not give them yet."""

    class Status(models.TextChoices):
        """Codes of the lifecycle with the words of the screen."""

        RAISED = "RAISED", _("Recorded")
        CONFIRMED = "CONFIRMED", _("Recorded")
        ASSESSED = "ASSESSED", _("Under review")
        DECIDED = "DECIDED", _("Under review")
        PLANNED = "PLANNED", _("Planned")
        IN_DEVELOPMENT = "IN_DEVELOPMENT", _("Planned")
        MET = "MET", _("Delivered")
        VERIFIED = "VERIFIED", _("Delivered")
        CLOSED = "CLOSED", _("Closed")
        REJECTED = "REJECTED", _("Not planned")
        DEFERRED = "DEFERRED", _("Not planned")

    UNDECIDED = (Status.RAISED, Status.CONFIRMED, Status.ASSESSED)

    class Horizon(models.TextChoices):
        CURRENT = "CURRENT", _("Current need")
        EMERGING = "EMERGING", _("Emerging need")
        FUTURE = "FUTURE", _("Future need")

    class Coverage(models.TextChoices):
        UNMET = "UNMET", _("Unmet")
        PARTLY_MET = "PARTLY_MET", _("Partly met")
        MET = "MET", _("Met")

    class Gap(models.TextChoices):
        NO_DATA = "NO_DATA", _("No data")
        NOT_TIMELY = "NOT_TIMELY", _("Not timely")
        NOT_FREQUENT = "NOT_FREQUENT", _("Not frequent enough")
        NOT_DETAILED = "NOT_DETAILED", _("Not detailed enough")
        NOT_COMPARABLE = "NOT_COMPARABLE", _("Not comparable")
        NOT_ACCESSIBLE = "NOT_ACCESSIBLE", _("Not accessible")
        QUALITY_INSUFFICIENT = "QUALITY_INSUFFICIENT", _("Quality not sufficient")

    class Decision(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("Accepted")
        PARTLY_ACCEPTED = "PARTLY_ACCEPTED", _("Accepted in part")
        DEFERRED = "DEFERRED", _("Deferred")
        REJECTED = "REJECTED", _("Rejected")
        ALREADY_MET = "ALREADY_MET", _("Already met")

    TURNED_DOWN = (Decision.REJECTED, Decision.DEFERRED)

    class Feasibility(models.IntegerChoices):
        NO_SOURCE = 0, _("No source")
        OBTAINABLE = 8, _("Data obtainable")
        EXISTS = 15, _("Data exist")

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("what users need"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.RAISED, editable=False)
    horizon = models.CharField(_("horizon"), max_length=10, choices=Horizon, default=Horizon.CURRENT)
    coverage = models.CharField(_("coverage"), max_length=12, choices=Coverage, default=Coverage.UNMET)
    gap = models.CharField(_("what is missing"), max_length=24, choices=Gap, blank=True)
    domains = models.ManyToManyField(
        "stakeholders.StatisticalDomain", blank=True, related_name="needs", verbose_name=_("statistical domains")
    )
    products = models.ManyToManyField(
        "stakeholders.Product", blank=True, related_name="needs", verbose_name=_("products")
    )
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    policy_context = models.CharField(_("used for"), max_length=300, blank=True)
    consequence = models.TextField(_("if not met"), blank=True)
    is_legal_obligation = models.BooleanField(_("legal duty or national plan"), default=False)
    importance = models.PositiveSmallIntegerField(
        _("importance"), default=3, choices=[(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5")]
    )
    feasibility = models.PositiveSmallIntegerField(
        _("feasibility"), choices=Feasibility, default=Feasibility.OBTAINABLE
    )
    priority_override = models.PositiveSmallIntegerField(_("priority set by hand"), null=True, blank=True)
    priority_reason = models.CharField(_("reason for that priority"), max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_needs",
        verbose_name=_("owner at the office"),
    )
    decision = models.CharField(_("decision"), max_length=16, choices=Decision, blank=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    programme_reference = models.CharField(_("work programme"), max_length=200, blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    # Rises with every decision: who was told of an earlier one has not been told of this one.
    decision_number = models.PositiveSmallIntegerField(default=0, editable=False)
    requester_unknown = models.BooleanField(_("nobody to answer"), default=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="need_search_trgm")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="need_has_a_title", violation_error_message=_("Say what users need.")
            ),
            models.CheckConstraint(
                condition=Q(decision="") | (~Q(decision_reason="") & Q(decided_on__isnull=False)),
                name="need_decided_with_reason",
                violation_error_message=_("Give the reason for the decision."),
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[
                        "DECIDED",
                        "PLANNED",
                        "IN_DEVELOPMENT",
                        "MET",
                        "VERIFIED",
                        "CLOSED",
                        "REJECTED",
                        "DEFERRED",
                    ]
                )
                | ~Q(decision=""),
                name="need_past_review_has_a_decision",
                violation_error_message=_("Decide on the need first."),
            ),
            models.CheckConstraint(
                condition=Q(priority_override=None) | (Q(priority_override__lte=100) & ~Q(priority_reason="")),
                name="need_priority_override_has_a_reason",
                violation_error_message=_("Give a priority from 0 to 100 and the reason for it."),
            ),
        ]
        triggers = [revision_trigger(), NEED_SEARCH]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("feedback:need", args=[self.pk])

    @property
    def is_delivered(self):
        """Whether users have now what they asked for; `delivered` says the same in SQL."""
        was_delivered = self.status == self.Status.CLOSED and self.decision not in self.TURNED_DOWN
        return was_delivered or self.status in (self.Status.MET, self.Status.VERIFIED)


@tracked()
class NeedDomain(DataNeed.domains.through):
    """A statistical area of a need: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("statistical domain")
        verbose_name_plural = _("statistical domains")


@tracked()
class NeedProduct(DataNeed.products.through):
    """A product that a need is about: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("product")
        verbose_name_plural = _("products")


class RaiserQuerySet(models.QuerySet):
    """Those who raised needs."""

    def untold(self):
        """Those who have not been told of the decision, or not that the need is delivered.

        The same in SQL as `actions.need.unanswered` says of one need.
        """
        told = NeedAnswer.objects.filter(raiser=OuterRef("pk"), decision_number=OuterRef("need__decision_number"))
        promised = delivered("need__") & ~Q(need__decision=DataNeed.Decision.ALREADY_MET)
        return self.exclude(need__decision="").filter(
            ~Exists(told.filter(stage=NeedAnswer.Stage.DECIDED))
            | promised & ~Exists(told.filter(stage=NeedAnswer.Stage.MET))
        )


@tracked(exclude=["revision"])
class NeedRaiser(models.Model):
    """Who raised a need, where, and what they were told about it."""

    need = models.ForeignKey(DataNeed, models.CASCADE, related_name="raisers")
    person = models.ForeignKey(
        "stakeholders.Person", models.PROTECT, null=True, blank=True, related_name="raised_needs"
    )
    organisation = models.ForeignKey(
        "stakeholders.Organisation", models.PROTECT, null=True, blank=True, related_name="raised_needs"
    )
    interaction = models.ForeignKey(
        "stakeholders.Interaction", models.SET_NULL, null=True, blank=True, related_name="needs"
    )
    event = models.ForeignKey("workshops.Event", models.PROTECT, null=True, blank=True, related_name="needs")
    request = models.ForeignKey("feedback.DataRequest", models.PROTECT, null=True, blank=True, related_name="needs")
    raised_on = models.DateField(_("raised on"))
    quote = models.CharField(_("in their words"), max_length=300, blank=True)
    revision = RevisionField()

    objects = RaiserQuerySet.as_manager()

    class Meta:
        ordering = ["need", "raised_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="needraiser_is_somebody",
                violation_error_message=_("Choose the person or organisation who raised the need."),
            ),
            models.UniqueConstraint(
                fields=["need", "person"],
                name="needraiser_person_once",
                violation_error_message=_("This person is on the list of those who raised the need already."),
            ),
            # Several people of one organisation may raise a need, each is answered; the organisation by itself once.
            models.UniqueConstraint(
                fields=["need", "organisation"],
                condition=Q(person=None),
                name="needraiser_organisation_once",
                violation_error_message=_("This organisation is on the list of those who raised the need already."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.need}: {self.person or self.organisation}"


@tracked()
class NeedAnswer(models.Model):
    """What somebody who raised a need was told: of the decision, or that the need is met."""

    class Stage(models.TextChoices):
        DECIDED = "DECIDED", _("The decision")
        MET = "MET", _("That it is delivered")

    class Way(models.TextChoices):
        EMAIL = "EMAIL", _("E-mail")
        MEETING = "MEETING", _("Told in a meeting")
        PHONE = "PHONE", _("Told in a call")
        LETTER = "LETTER", _("Letter")

    raiser = models.ForeignKey(NeedRaiser, models.CASCADE, related_name="answers")
    stage = models.CharField(_("about"), max_length=8, choices=Stage)
    decision_number = models.PositiveSmallIntegerField()
    way = models.CharField(_("how"), max_length=8, choices=Way)
    text = models.TextField(_("what they were told"))
    told_on = models.DateField(_("on"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["told_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["raiser", "stage", "decision_number"],
                name="needanswer_once",
                violation_error_message=_("They have been told of this already."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="needanswer_has_words",
                violation_error_message=_("Write what they were told."),
            ),
        ]

    def __str__(self):
        return self.text[:60]
