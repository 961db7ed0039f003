"""What is typed and not sent yet."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """The fields of one long form as somebody left them: one draft per person and form. See `drafts`."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    form = models.CharField(max_length=80)
    # {name of the field: [values as they were typed]}; empty once the form is sent or the draft thrown away.
    values = models.JSONField(default=dict)
    kept_at = models.DateTimeField()
    # The form that ended the draft: what was still on its way from it does not bring the draft back.
    ended_by = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "form"],
                name="draft_one_per_form",
                violation_error_message=_("There is a draft of this form already."),
            ),
        ]
        indexes = [models.Index(fields=["kept_at"], name="draft_kept_at")]

    def __str__(self) -> str:
        return self.form


class SentForm(models.Model):
    """A form that was accepted, by a hash of what was sent, and where it led. See `once`."""

    LONGEST = 1000

    fingerprint = models.CharField(max_length=64, unique=True)
    target = models.CharField(max_length=LONGEST, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["sent_at"], name="sent_form_sent_at")]

    def __str__(self) -> str:
        return self.target
