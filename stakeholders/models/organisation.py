"""Organisations: the tree of ministries, agencies and everybody else the office deals with."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

from ..permissions import directory_edit_scope, directory_scope
from ..triggers import (
    NO_CIRCLE,
    ORGANISATION_CHILD_SEARCH,
    ORGANISATION_RENAMED,
    ORGANISATION_SEARCH,
    UNIT_HOLDS_FOCAL_POINTS,
)


class UserSegment(models.Model):
    """A type of user, for figures by segment (a code list; the default is the UN Handbook's)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self):
        return self.title


class OrganisationQuerySet(models.QuerySet):
    """Organisations."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))

    def active(self):
        """Organisations in use: neither archived nor merged into another."""
        return self.filter(archived_at=None)

    def outside(self):
        """Everybody but this office."""
        return self.filter(is_this_office=False)

    def with_tree(self, organisation_id):
        """An organisation and every unit under it, by one recursive query."""
        return self.filter(pk__in=below(organisation_id))


def below(organisation_id):
    """The ids of an organisation and every unit under it, as a subquery: `filter(organisation__in=below(pk))`."""
    return models.expressions.RawSQL("SELECT organisations_below(%s)", [organisation_id])


@tracked(exclude=["search_text", "revision", "last_substantive_on", "next_due_on"])
class Organisation(models.Model):
    """A body the office deals with: a ministry, a unit of one, an agency, a company, a university."""

    class Kind(models.TextChoices):
        MINISTRY = "MINISTRY", _("Ministry")
        DEPARTMENT_AGENCY = "DEPARTMENT_AGENCY", _("Department or agency")
        CENTRAL_BANK = "CENTRAL_BANK", _("Central bank")
        PARLIAMENT = "PARLIAMENT", _("Parliament")
        JUDICIARY = "JUDICIARY", _("Judiciary")
        INDIGENOUS_GOVERNMENT = "INDIGENOUS_GOVERNMENT", _("Indigenous government")
        REGIONAL_GOVERNMENT = "REGIONAL_GOVERNMENT", _("Regional government")
        LOCAL_GOVERNMENT = "LOCAL_GOVERNMENT", _("Local government")
        OTHER_NATIONAL_AUTHORITY = "OTHER_NATIONAL_AUTHORITY", _("Other national authority")
        PUBLIC_ENTERPRISE = "PUBLIC_ENTERPRISE", _("Public enterprise")
        BUSINESS = "BUSINESS", _("Business")
        BUSINESS_ASSOCIATION = "BUSINESS_ASSOCIATION", _("Business association")
        TRADE_UNION = "TRADE_UNION", _("Trade union")
        ACADEMIA = "ACADEMIA", _("Academia")
        MEDIA = "MEDIA", _("Media")
        CIVIL_SOCIETY = "CIVIL_SOCIETY", _("Civil society")
        INTERNATIONAL_ORGANISATION = "INTERNATIONAL_ORGANISATION", _("International organisation")
        DEVELOPMENT_PARTNER = "DEVELOPMENT_PARTNER", _("Development partner")
        FOREIGN_NSO = "FOREIGN_NSO", _("Statistical office abroad")
        OTHER = "OTHER", _("Other")

    class GovernmentLevel(models.TextChoices):
        NATIONAL = "NATIONAL", _("National")
        REGIONAL = "REGIONAL", _("Regional")
        LOCAL = "LOCAL", _("Local")
        SUPRANATIONAL = "SUPRANATIONAL", _("Supranational")
        NOT_GOVERNMENT = "NOT_GOVERNMENT", _("Not government")

    class Tier(models.TextChoices):
        KEY = "KEY", _("Key")
        REGULAR = "REGULAR", _("Regular")
        OCCASIONAL = "OCCASIONAL", _("Occasional")

    name = models.CharField(_("name"), max_length=300)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True, help_text=_("For imports; leave empty if unsure."))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("part of")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind, default=Kind.OTHER)
    government_level = models.CharField(
        _("government level"), max_length=20, choices=GovernmentLevel, default=GovernmentLevel.NOT_GOVERNMENT
    )
    segment = models.ForeignKey(
        UserSegment, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("user segment")
    )
    is_user = models.BooleanField(_("uses statistics"), default=True)
    is_data_holder = models.BooleanField(_("holds data"), default=False)
    is_data_supplier = models.BooleanField(_("supplies data"), default=False)
    is_producer = models.BooleanField(_("produces official statistics"), default=False)
    is_funder = models.BooleanField(_("funds statistics"), default=False)
    is_this_office = models.BooleanField(default=False, editable=False)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region or state"), max_length=100, blank=True)
    town = models.CharField(_("town"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_organisations",
        verbose_name=_("owner at the office"),
    )
    tier = models.CharField(_("importance"), max_length=12, choices=Tier, default=Tier.OCCASIONAL)
    cadence_days = models.PositiveSmallIntegerField(
        _("contact every … days"), null=True, blank=True, help_text=_("Leave empty if no rhythm is agreed.")
    )
    last_substantive_on = models.DateField(_("last substantive contact"), null=True, blank=True, editable=False)
    next_due_on = models.DateField(_("next contact due"), null=True, blank=True, editable=False)
    verified_on = models.DateField(_("details checked on"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="organisation_search_trgm"),
            models.Index(fields=["name", "id"], name="organisation_name"),
            models.Index(fields=["next_due_on", "id"], name="organisation_due"),
            models.Index(fields=["last_substantive_on", "id"], name="organisation_last"),
            models.Index(fields=["kind", "name", "id"], name="organisation_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                condition=~Q(code=""),
                name="organisation_code_unique",
                violation_error_code="organisation_code_unique",
                violation_error_message=_("Another organisation has this code."),
            ),
            models.UniqueConstraint(
                fields=["is_this_office"],
                condition=Q(is_this_office=True),
                name="organisation_one_this_office",
                violation_error_code="organisation_one_this_office",
                violation_error_message=_("Only one organisation can be this office."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="organisation_not_its_own_parent",
                violation_error_code="organisation_not_its_own_parent",
                violation_error_message=_("An organisation cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="organisation_has_a_name",
                violation_error_code="organisation_has_a_name",
                violation_error_message=_("Enter the organisation's name."),
            ),
            models.CheckConstraint(
                condition=Q(is_data_supplier=False) | Q(is_data_holder=True),
                name="organisation_supplier_holds_data",
                violation_error_code="organisation_supplier_holds_data",
                violation_error_message=_("A data supplier also holds data: tick “holds data”."),
            ),
            models.CheckConstraint(
                condition=Q(cadence_days=None) | Q(cadence_days__gte=1),
                name="organisation_cadence_positive",
                violation_error_code="organisation_cadence_positive",
                violation_error_message=_("Enter at least 1 day, or leave the rhythm empty."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                name="organisation_merged_is_archived",
                violation_error_code="organisation_merged_is_archived",
                violation_error_message=_("A merged organisation is out of use."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")),
                name="organisation_not_merged_into_itself",
                violation_error_code="organisation_not_merged_into_itself",
                violation_error_message=_("An organisation cannot be merged into itself."),
            ),
            models.CheckConstraint(
                condition=Q(is_this_office=False) | Q(archived_at=None),
                name="organisation_this_office_in_use",
                violation_error_code="organisation_this_office_in_use",
                violation_error_message=_("This office itself cannot be archived or merged into another."),
            ),
        ]
        triggers = [
            revision_trigger(ignore=["last_substantive_on", "next_due_on"]),
            ORGANISATION_SEARCH,
            ORGANISATION_RENAMED,
            NO_CIRCLE,
            UNIT_HOLDS_FOCAL_POINTS,
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("stakeholders:organisation", args=[self.pk])


@tracked()
class OrganisationName(models.Model):
    """Another name of an organisation: former, acronym, translated or in another script."""

    class Kind(models.TextChoices):
        FORMER = "FORMER", _("Former name")
        ACRONYM = "ACRONYM", _("Acronym")
        TRANSLATION = "TRANSLATION", _("In another language")
        OTHER = "OTHER", _("Other name")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    language = models.CharField(_("language"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["organisation", "kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "kind"],
                name="organisationname_unique",
                violation_error_code="organisationname_unique",
                violation_error_message=_("This organisation already has that name."),
            ),
        ]
        triggers = [ORGANISATION_CHILD_SEARCH]

    def __str__(self):
        return self.name


class AddressState(models.TextChoices):
    """What is known of an e-mail address."""

    WORKS = "WORKS", _("Works")
    BOUNCED = "BOUNCED", _("Bounced")
    NOT_IN_USE = "NOT_IN_USE", _("Not in use")


@tracked()
class OrganisationEmail(models.Model):
    """A generic e-mail address of an organisation. Addresses are not unique: desks share them."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"))
    state = models.CharField(_("state"), max_length=12, choices=AddressState, default=AddressState.WORKS)
    state_on = models.DateField(_("state noted on"), null=True, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        ordering = ["organisation", "-is_primary", "address"]
        indexes = [models.Index(Lower("address"), name="organisationemail_address")]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("address"),
                name="organisationemail_once",
                violation_error_code="organisationemail_once",
                violation_error_message=_("This organisation already has that address."),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(is_primary=True),
                name="organisationemail_one_primary",
                violation_error_code="organisationemail_one_primary",
                violation_error_message=_("An organisation has one primary address."),
            ),
        ]
        triggers = [ORGANISATION_CHILD_SEARCH]

    def __str__(self):
        return self.address
