"""Responses: "you said, we did", published for the users."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked


class ResponseQuerySet(models.QuerySet):
    """Responses."""

    def published(self):
        """What everybody may read."""
        return self.exclude(published_at=None)

    def visible_to(self, user):
        """Staff who see needs see drafts as well; everybody else what is published."""
        return self if user.has_perm("access.view_needs") else self.published()

    def editable_by(self, user):
        return self if user.has_perm("access.change_responses") else self.none()


@tracked(exclude=["revision"])
class PublishedResponse(models.Model):
    """What users said, and what the office did about it."""

    title = I18nCharField(_("title"), max_length=200)
    said = I18nTextField(_("you said"))
    did = I18nTextField(_("we did"))
    domain = models.ForeignKey(
        "stakeholders.StatisticalDomain",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responses",
        verbose_name=_("statistical domain"),
    )
    needs = models.ManyToManyField("feedback.DataNeed", blank=True, related_name="responses", verbose_name=_("needs"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(published_by__isnull=False),
                name="response_published_by_somebody",
                violation_error_message=_("Somebody must publish the response."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return str(self.title)

    def get_absolute_url(self):
        return reverse("feedback:response", args=[self.pk])


@tracked()
class ResponseNeed(PublishedResponse.needs.through):
    """A need that a response speaks of: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("need")
        verbose_name_plural = _("needs")
