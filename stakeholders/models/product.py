"""The catalogue everything points to: statistical products and the data items in them."""

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import EVERYTHING, NOTHING, directory_scope
from .domain import StatisticalDomain
from .group import UserGroup
from .organisation import Organisation


class ProductQuerySet(models.QuerySet):
    """Products."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(EVERYTHING if user.has_perm("access.change_catalogue") else NOTHING)

    def active(self):
        return self.exclude(status=Product.Status.DISCONTINUED)


@tracked(exclude=["revision"])
class Product(models.Model):
    """Something the office releases: a publication, a table, an indicator set, a microdata file."""

    class Kind(models.TextChoices):
        PRESS_RELEASE = "PRESS_RELEASE", _("Press release")
        PUBLICATION = "PUBLICATION", _("Publication")
        DATABASE_TABLE = "DATABASE_TABLE", _("Database table")
        INDICATOR_SET = "INDICATOR_SET", _("Indicator set")
        DASHBOARD = "DASHBOARD", _("Dashboard")
        MICRODATA_FILE = "MICRODATA_FILE", _("Microdata file")
        REGISTER_EXTRACT = "REGISTER_EXTRACT", _("Register extract")
        SERVICE = "SERVICE", _("Service")

    class Periodicity(models.TextChoices):
        A = "A", _("Annual")
        S = "S", _("Half-yearly")
        Q = "Q", _("Quarterly")
        M = "M", _("Monthly")
        W = "W", _("Weekly")
        D = "D", _("Daily")
        ADHOC = "ADHOC", _("When needed")
        CONTINUOUS = "CONTINUOUS", _("Continuous")

    class Status(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        ACTIVE = "ACTIVE", _("Active")
        UNDER_REVIEW = "UNDER_REVIEW", _("Under review")
        DISCONTINUED = "DISCONTINUED", _("Discontinued")

    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PUBLICATION)
    domains = models.ManyToManyField(
        StatisticalDomain, blank=True, related_name="products", verbose_name=_("statistical domains")
    )
    periodicity = models.CharField(_("periodicity"), max_length=12, choices=Periodicity, default=Periodicity.A)
    unit = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("responsible unit"),
    )
    website = models.URLField(_("web address"), blank=True)
    status = models.CharField(_("status"), max_length=14, choices=Status, default=Status.ACTIVE)
    description = models.TextField(_("description"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                name="product_code_unique",
                violation_error_message=_("Another product has this code."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("stakeholders:product", args=[self.pk])


@tracked()
class ProductDomain(Product.domains.through):
    """A statistical area of a product: the plain link, tracked like a record."""

    class Meta:
        proxy = True
        verbose_name = _("statistical domain")
        verbose_name_plural = _("statistical domains")


@tracked(exclude=["revision"])
class DataItem(models.Model):
    """One variable, indicator, table or breakdown of a product."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="items", verbose_name=_("product"))
    code = models.CharField(_("code"), max_length=60)
    label = models.CharField(_("label"), max_length=300)
    concept = models.CharField(_("concept"), max_length=300, blank=True)
    breakdowns = models.CharField(_("breakdowns"), max_length=300, blank=True)
    unit = models.CharField(_("unit of measure"), max_length=60, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    revision = RevisionField()

    class Meta:
        ordering = ["product", "code", "pk"]
        constraints = [
            models.UniqueConstraint(
                "product",
                Lower("code"),
                name="dataitem_code_unique",
                violation_error_message=_("This product already has an item with that code."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.label


@tracked(exclude=["revision"])
class ProductKeyUserGroup(models.Model):
    """How much a user group depends on a product."""

    class Importance(models.TextChoices):
        CRITICAL = "CRITICAL", _("Critical")
        HIGH = "HIGH", _("High")
        MEDIUM = "MEDIUM", _("Medium")
        LOW = "LOW", _("Low")

    product = models.ForeignKey(Product, models.CASCADE, related_name="key_user_groups", verbose_name=_("product"))
    group = models.ForeignKey(UserGroup, models.CASCADE, related_name="key_products", verbose_name=_("user group"))
    importance = models.CharField(_("importance"), max_length=10, choices=Importance, default=Importance.MEDIUM)
    purposes = models.CharField(_("used for"), max_length=300, blank=True)
    revision = RevisionField()

    class Meta:
        ordering = ["product", "group"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "group"],
                name="productkeyusergroup_unique",
                violation_error_message=_("This group is already a key user of the product."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return f"{self.product}: {self.group}"
