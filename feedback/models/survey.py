"""Surveys: question sets, waves with a frozen frame, and confidential answers.

Answers, responses and frame members keep no history: an answer is bound to its frame member and to nothing else, and
names never stand beside answers.
"""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked


class SurveyQuerySet(models.QuerySet):
    """Surveys and waves: staff see all of them; the figures inside are suppressed for everybody alike."""

    def visible_to(self, user):
        return self if user.has_perm("access.view_surveys") else self.none()

    def editable_by(self, user):
        return self if user.has_perm("access.change_surveys") else self.none()


@tracked(exclude=["revision"])
class Survey(models.Model):
    """A set of questions asked again and again."""

    class Kind(models.TextChoices):
        WORKSHOP_FOLLOW_UP = "WORKSHOP_FOLLOW_UP", _("Workshop follow-up")
        REQUEST_SATISFACTION = "REQUEST_SATISFACTION", _("Satisfaction with an answer")
        USER_SATISFACTION = "USER_SATISFACTION", _("User satisfaction")
        PRODUCT_RELEVANCE = "PRODUCT_RELEVANCE", _("Relevance of products")
        ITEM_CONSULTATION = "ITEM_CONSULTATION", _("Consultation")

    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    title = I18nCharField(_("title"), max_length=200)
    introduction = I18nTextField(_("introduction"), blank=True)
    is_default = models.BooleanField(_("used for its kind"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_default=True),
                name="survey_one_default",
                violation_error_message=_("Another survey is already used for this kind."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return str(self.title)

    def get_absolute_url(self):
        return reverse("feedback:wave_list")


@tracked(exclude=["revision"])
class Question(models.Model):
    """One question of a survey, with its scale stored beside it."""

    class Scale(models.TextChoices):
        S5 = "S5", _("Satisfaction, 5 points")
        Q5 = "Q5", _("Quality, 5 points")
        I5 = "I5", _("Importance, 5 points")
        YES_PARTLY_NO = "YES_PARTLY_NO", _("Yes, partly, no")
        TEXT = "TEXT", _("Free text")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    code = models.CharField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField(_("position"))
    text = I18nTextField(_("question"))
    help = I18nTextField(_("help"), blank=True)
    scale = models.CharField(_("scale"), max_length=16, choices=Scale)
    mandatory = models.BooleanField(_("must be answered"), default=False)
    revision = RevisionField()

    class Meta:
        ordering = ["survey", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "code"],
                name="question_code_unique",
                violation_error_message=_("This survey already has a question with that code."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.code


@tracked(exclude=["revision"])
class SurveyWave(models.Model):
    """One round of a survey: opened on a day, with a frame that is frozen then."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="waves")
    event = models.OneToOneField(
        "workshops.Event", models.PROTECT, null=True, blank=True, related_name="follow_up_wave"
    )
    opened_at = models.DateTimeField(_("opened"))
    remind_at = models.DateTimeField(_("reminder"))
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    closes_at = models.DateTimeField(_("closes"))
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    population = models.PositiveIntegerField(_("N"), editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")),
                name="surveywave_closes_after_opening",
                violation_error_message=_("A survey closes after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="surveywave_closed_after_opening",
                violation_error_message=_("A survey cannot be closed before it opens."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return str(self.event or self.survey)

    def get_absolute_url(self):
        return reverse("feedback:wave", args=[self.pk])

    @property
    def is_open(self):
        """Whether answers are taken."""
        return self.closed_at is None


class FrameQuerySet(models.QuerySet):
    """Frame members: who was asked is known to staff, what they answered to nobody."""

    def visible_to(self, user):
        return self if user.has_perm("access.view_surveys") else self.none()

    def unanswered(self):
        """Those who have neither answered nor said that they will not."""
        return self.filter(disposition__in=FrameMember.SILENT)


class FrameMember(models.Model):
    """Somebody who was asked: one attendance of one person, with the segment they belonged to when the wave opened."""

    class Disposition(models.TextChoices):
        COMPLETE = "COMPLETE", _("Answered")
        PARTIAL = "PARTIAL", _("Answered in part")
        REFUSED = "REFUSED", _("Refused")
        BREAK_OFF = "BREAK_OFF", _("Broke off")
        NON_CONTACT = "NON_CONTACT", _("No answer")
        BOUNCED = "BOUNCED", _("Bounced")
        OTHER_NON_RESPONSE = "OTHER_NON_RESPONSE", _("Other non-response")
        UNKNOWN_ELIGIBILITY = "UNKNOWN_ELIGIBILITY", _("Not known whether eligible")
        INELIGIBLE = "INELIGIBLE", _("Not eligible")

    SILENT = (Disposition.NON_CONTACT, Disposition.PARTIAL)

    wave = models.ForeignKey(SurveyWave, models.CASCADE, related_name="frame")
    person = models.ForeignKey("stakeholders.Person", models.CASCADE, related_name="frame_memberships")
    # Two attendances of one person become one when their records are merged; the frame stands without the second.
    attendance = models.OneToOneField(
        "workshops.Attendance", models.SET_NULL, null=True, blank=True, related_name="frame_member"
    )
    segment = models.ForeignKey("stakeholders.UserSegment", models.PROTECT, null=True, blank=True, related_name="+")
    disposition = models.CharField(max_length=24, choices=Disposition, default=Disposition.NON_CONTACT)

    objects = FrameQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "person"],
                name="framemember_once",
                violation_error_message=_("This person is already asked in this wave."),
            ),
        ]

    def __str__(self):
        return str(self.pk)


class Response(models.Model):
    """The answers of one frame member; saved page by page, submitted once."""

    member = models.OneToOneField(FrameMember, models.CASCADE, related_name="response")
    submitted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return str(self.pk)


class Answer(models.Model):
    """One answer: a point of the question's scale, or words. A blank one is item non-response."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["response", "question"],
                name="answer_once",
                violation_error_message=_("This question is already answered."),
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__lte=10),
                name="answer_on_the_scale",
                violation_error_message=_("Choose one of the answers."),
            ),
        ]

    def __str__(self):
        return str(self.pk)
