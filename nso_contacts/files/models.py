"""What is attached: the content stored once, the name it came under kept with each attachment."""

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .permissions import file_scope


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    """Reading files through the records they are attached to."""

    def visible_to(self, user: Any) -> Self:
        """Those attached to a record `user` may see."""
        return self.filter(file_scope(user))


class StoredFile(models.Model):
    """A file as somebody attached it. Several may share one content, which lies under its hash."""

    sha256 = models.CharField(max_length=64, editable=False, db_index=True)
    size = models.PositiveBigIntegerField(_("size"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    name = models.CharField(_("name"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="stored_file_is_a_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("A file is found by the hash of its content."),
            ),
            models.CheckConstraint(
                name="stored_file_not_empty",
                condition=Q(size__gt=0),
                violation_error_message=_("The file is empty."),
            ),
            models.CheckConstraint(
                name="stored_file_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A file needs a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is downloaded."""
        return reverse("files:download", args=[self.pk])

    @property
    def path(self) -> Path:
        """Where its content lies."""
        return Path(settings.FILES_ROOT) / self.sha256[:2] / self.sha256

    @property
    def size_in_words(self) -> str:
        """“1.2 MB”."""
        return filesizeformat(self.size)
