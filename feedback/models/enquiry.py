"""Enquiries: what the public writes through the contact form, until somebody turns it into something."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import enquiry_scope


class EnquiryQuerySet(models.QuerySet):
    """Enquiries."""

    def visible_to(self, user):
        return self.filter(enquiry_scope(user))

    def editable_by(self, user):
        return self.visible_to(user) if user.has_perm("access.triage_requests") else self.none()

    def open(self):
        return self.filter(closed_at=None)


@tracked(exclude=["revision"])
class Enquiry(models.Model):
    """A message from the public contact form."""

    class Topic(models.TextChoices):
        DATA = "DATA", _("I need data")
        QUESTION = "QUESTION", _("I have a question about published figures")
        FEEDBACK = "FEEDBACK", _("I want to give feedback")
        COMPLAINT = "COMPLAINT", _("I want to complain")
        OTHER = "OTHER", _("Something else")

    class Outcome(models.TextChoices):
        REQUEST = "REQUEST", _("Became a data request")
        ANSWERED = "ANSWERED", _("Answered")
        SPAM = "SPAM", _("Not meant for us")

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    topic = models.CharField(_("what is it about?"), max_length=10, choices=Topic)
    name = models.CharField(_("your name"), max_length=200, blank=True)
    email = models.EmailField(_("your e-mail address"))
    organisation_name = models.CharField(_("your organisation"), max_length=200, blank=True)
    text = models.TextField(_("your message"))
    language = models.CharField(_("language"), max_length=12, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="assigned_enquiries"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    request = models.OneToOneField(
        "feedback.DataRequest", models.PROTECT, null=True, blank=True, related_name="enquiry", editable=False
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = RevisionField()

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name_plural = _("enquiries")
        # The side bar counts the open ones on every page.
        indexes = [models.Index(fields=["id"], name="enquiry_open", condition=Q(closed_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(outcome=""),
                name="enquiry_closed_with_outcome",
                violation_error_message=_("Say what became of the enquiry."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="REQUEST") | Q(request__isnull=False),
                name="enquiry_request_is_named",
                violation_error_message=_("Choose the request the enquiry became."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("feedback:enquiry", args=[self.pk])
