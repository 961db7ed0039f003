"""What somebody should look at: one row per person, cause and record."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import causes
from .permissions import notification_scope


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reading notifications."""

    def visible_to(self, user: Any, among: Collection[str] | None = None) -> Self:
        """The user's own, as long as their cause stands and the record may be seen. `among`: see the scope."""
        return self.filter(notification_scope(user, among))

    def unread_causes(self, user: Any) -> set[str]:
        """The causes of a user's unread notifications, whether they still stand or not."""
        return set(self.filter(user=user, read_at=None).order_by().values_list("cause", flat=True).distinct())

    def unread(self) -> Self:
        """Those nobody has opened since they came about."""
        return self.filter(read_at=None)

    def of_kind(self, kind: str) -> Self:
        """Those with a cause of this kind."""
        return self.filter(cause__in=[cause.key for cause in causes.registered(kind)])

    def read_before(self, moment: datetime) -> Self:
        """Those that were read before a moment."""
        return self.filter(read_at__lt=moment)


class Notification(models.Model):
    """Somebody is to look at a record, for one cause. When the cause comes about again, the same row is new again.

    It holds no words: they are drawn from the record, which may be renamed, merged or erased.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("user")
    )
    cause = models.CharField(_("cause"), max_length=60)
    record_id = models.BigIntegerField(_("record"))
    # Who brought it about; empty for somebody outside, for time, and for the mail server.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    happened_at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "cause", "record_id"],
                name="notification_once",
                violation_error_message=_("They have this notification already."),
            ),
            models.CheckConstraint(
                condition=Q(actor=None) | ~Q(actor=F("user")),
                name="notification_not_of_own_act",
                violation_error_message=_("Nobody is notified of what they did themselves."),
            ),
        ]
        indexes = [
            models.Index(F("user"), F("happened_at").desc(), F("id").desc(), name="notification_recent"),
            models.Index(
                F("user"),
                F("happened_at").desc(),
                F("id").desc(),
                name="notification_unread",
                condition=Q(read_at=None),
            ),
            models.Index(fields=["read_at"], name="notification_read", condition=Q(read_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.record_id}"
