"""Statistical domains: versioned code lists, and how one version maps to another."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import directory_scope


@tracked()
class DomainScheme(models.Model):
    """One edition of a classification of statistical domains, for example SDMX-SMD-2009."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    version = models.CharField(_("version"), max_length=20, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    is_default = models.BooleanField(_("used for new records"), default=False)
    revision = RevisionField()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="domainscheme_one_default",
                violation_error_message=_("Only one scheme can be used for new records."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.title


class DomainQuerySet(models.QuerySet):
    """Statistical domains."""

    def visible_to(self, user):
        """Domains are a public code list; staff reach their pages."""
        return self.filter(directory_scope(user))

    def current(self):
        """Domains of the default scheme, in numeric order."""
        return self.filter(scheme__is_default=True).order_by("sort_key")

    def under(self, domain):
        """A domain and everything below it in its scheme."""
        return self.filter(scheme_id=domain.scheme_id).filter(
            Q(pk=domain.pk) | Q(sort_key__startswith=f"{domain.sort_key}.")
        )


@tracked()
class StatisticalDomain(models.Model):
    """One statistical area of a scheme, for example 1.2 Labour."""

    scheme = models.ForeignKey(DomainScheme, models.PROTECT, related_name="domains", verbose_name=_("scheme"))
    code = models.CharField(_("code"), max_length=20)
    local_code = models.CharField(_("local code"), max_length=20, blank=True)
    title = models.CharField(_("title"), max_length=200)
    local_title = models.CharField(_("local title"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    # Each segment of the code padded to two digits (1.10 → 01.10), so that text order is numeric order.
    sort_key = models.GeneratedField(
        expression=models.Func(
            models.F("code"),
            models.Value(r"(^|\.)(\d)(?=\.|$)"),
            models.Value(r"\10\2"),
            models.Value("g"),
            function="regexp_replace",
        ),
        output_field=models.CharField(max_length=60),
        db_persist=True,
    )
    revision = RevisionField()

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"],
                name="statisticaldomain_code_unique",
                violation_error_message=_("This scheme already has a domain with that code."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=models.F("pk")),
                name="statisticaldomain_not_its_own_parent",
                violation_error_message=_("A domain cannot be its own parent."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.local_title or self.title

    def get_absolute_url(self):
        return reverse("stakeholders:domain", args=[self.pk])


class DomainCorrespondence(models.Model):
    """How a domain of one scheme maps to a domain of another."""

    class Kind(models.TextChoices):
        EXACT = "EXACT", _("Exact")
        PARTIAL = "PARTIAL", _("Partial")

    source = models.ForeignKey(StatisticalDomain, models.CASCADE, related_name="corresponds_to")
    target = models.ForeignKey(StatisticalDomain, models.CASCADE, related_name="corresponds_from")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target"],
                name="domaincorrespondence_unique",
                violation_error_message=_("These two domains are already linked."),
            ),
        ]

    def __str__(self):
        return f"{self.source} → {self.target}"
