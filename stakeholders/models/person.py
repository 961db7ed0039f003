"""People: every human the office knows, their posts and their addresses."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from nso_contacts.office import clock

from ..permissions import directory_edit_scope, directory_scope
from ..triggers import PERSON_CHILD_SEARCH, PERSON_SEARCH, POST_HOLDS_FOCAL_POINTS
from .domain import StatisticalDomain
from .organisation import AddressState, Organisation
from .validity import Validity, ValidityQuerySet, ends_after_start, validity_range


class ContactRole(models.TextChoices):
    """What somebody does with statistics."""

    POLICY_ANALYST = "POLICY_ANALYST", _("Policy analyst")
    STATISTICAL_UNIT_HEAD = "STATISTICAL_UNIT_HEAD", _("Head of a statistical unit")
    DATA_CUSTODIAN = "DATA_CUSTODIAN", _("Data custodian")
    DATA_PROTECTION_OFFICER = "DATA_PROTECTION_OFFICER", _("Data protection officer")
    LIAISON_OFFICER = "LIAISON_OFFICER", _("Liaison officer")
    DECISION_MAKER = "DECISION_MAKER", _("Decision maker")
    RESEARCHER = "RESEARCHER", _("Researcher")
    JOURNALIST = "JOURNALIST", _("Journalist")
    DEVELOPMENT_PARTNER_OFFICER = "DEVELOPMENT_PARTNER_OFFICER", _("Development partner's officer")
    OTHER = "OTHER", _("Other")


class Objection(models.TextChoices):
    """A class of messages somebody does not want. Security and service messages cannot be refused."""

    INVITATION = "INVITATION", _("Invitations")
    SURVEY = "SURVEY", _("Surveys")
    NEWS = "NEWS", _("News")


class LawfulBasis(models.TextChoices):
    """Why the office may keep what it knows of somebody."""

    PUBLIC_TASK = "PUBLIC_TASK", _("Public duty")
    CONSENT = "CONSENT", _("Consent")
    CONTRACT = "CONTRACT", _("Contract")
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION", _("Legal obligation")


class PersonQuerySet(models.QuerySet):
    """People."""

    def visible_to(self, user):
        return self.filter(directory_scope(user))

    def editable_by(self, user):
        return self.filter(directory_edit_scope(user))

    def active(self):
        """People in use: not archived, merged, deceased or anonymised."""
        return self.filter(archived_at=None, deceased_on=None, anonymised_at=None)

    def outside(self):
        """Everybody but the staff of this office."""
        return self.exclude(Post.objects.staff_filter())


@tracked(exclude=["search_text", "revision", "last_substantive_on", "next_due_on"])
class Person(models.Model):
    """A human the office knows. Whether they can sign in is another matter: `user` is the login, if any."""

    name = models.CharField(_("name"), max_length=200, help_text=_("As it is written in letters to them."))
    sort_name = models.CharField(_("name for sorting"), max_length=200, blank=True)
    native_name = models.CharField(_("name in their own script"), max_length=200, blank=True)
    native_language = models.CharField(_("language of that script"), max_length=12, blank=True)
    honorific = models.CharField(_("form of address"), max_length=40, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True, help_text=_("For imports; leave empty if unsure."))
    language = models.CharField(_("language for messages"), max_length=12, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    roles = ArrayField(
        models.CharField(max_length=40, choices=ContactRole), default=list, blank=True, verbose_name=_("contact roles")
    )
    is_key_user = models.BooleanField(_("key user"), default=False)
    domains = models.ManyToManyField(
        StatisticalDomain,
        through="PersonDomain",
        blank=True,
        related_name="people",
        verbose_name=_("statistical domains"),
    )
    note = models.TextField(_("note"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_people",
        verbose_name=_("owner at the office"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="person", editable=False
    )
    cadence_days = models.PositiveSmallIntegerField(
        _("contact every … days"), null=True, blank=True, help_text=_("Leave empty if no rhythm is agreed.")
    )
    last_substantive_on = models.DateField(_("last substantive contact"), null=True, blank=True, editable=False)
    next_due_on = models.DateField(_("next contact due"), null=True, blank=True, editable=False)
    verified_on = models.DateField(_("details checked on"), null=True, blank=True)
    do_not_contact = models.BooleanField(_("do not contact"), default=False)
    objections = ArrayField(
        models.CharField(max_length=20, choices=Objection), default=list, blank=True, verbose_name=_("objections")
    )
    lawful_basis = models.CharField(
        _("personal data are kept by"), max_length=20, choices=LawfulBasis, default=LawfulBasis.PUBLIC_TASK
    )
    informed_on = models.DateField(_("told about their data on"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    deceased_on = models.DateField(_("deceased on"), null=True, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revision = RevisionField()
    search_text = models.TextField(default="", editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_name", "pk"]
        indexes = [
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="person_search_trgm"),
            models.Index(fields=["sort_name", "id"], name="person_sort_name"),
            # The list of people in use in its usual order: a deep page is read from the index alone.
            models.Index(
                fields=["sort_name", "id"],
                name="person_in_use",
                condition=Q(archived_at=None, deceased_on=None, anonymised_at=None),
            ),
            models.Index(fields=["next_due_on", "id"], name="person_due"),
            models.Index(fields=["last_substantive_on", "id"], name="person_last"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                condition=~Q(code=""),
                name="person_code_unique",
                violation_error_code="person_code_unique",
                violation_error_message=_("Another person has this code."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="person_has_a_name",
                violation_error_code="person_has_a_name",
                violation_error_message=_("Enter the person's name."),
            ),
            models.CheckConstraint(
                condition=Q(cadence_days=None) | Q(cadence_days__gte=1),
                name="person_cadence_positive",
                violation_error_code="person_cadence_positive",
                violation_error_message=_("Enter at least 1 day, or leave the rhythm empty."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                name="person_merged_is_archived",
                violation_error_code="person_merged_is_archived",
                violation_error_message=_("A merged person is out of use."),
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("pk")),
                name="person_not_merged_into_itself",
                violation_error_code="person_not_merged_into_itself",
                violation_error_message=_("A person cannot be merged into themselves."),
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=ContactRole.values),
                name="person_roles_are_known",
                violation_error_code="person_roles_are_known",
                violation_error_message=_("Choose contact roles from the list."),
            ),
            models.CheckConstraint(
                condition=Q(objections__contained_by=Objection.values),
                name="person_objections_are_known",
                violation_error_code="person_objections_are_known",
                violation_error_message=_("Choose objections from the list."),
            ),
        ]
        triggers = [revision_trigger(ignore=["last_substantive_on", "next_due_on"]), PERSON_SEARCH]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("stakeholders:person", args=[self.pk])

    @property
    def role_labels(self):
        """The contact roles in words."""
        return [ContactRole(role).label for role in self.roles]


@tracked()
class PersonName(models.Model):
    """Another spelling of somebody's name, or the name before. Search finds the person by it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="names", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["person", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                name="personname_unique",
                violation_error_code="personname_unique",
                violation_error_message=_("This person already has that name."),
            ),
        ]
        triggers = [PERSON_CHILD_SEARCH]

    def __str__(self):
        return self.name


@tracked()
class PersonDomain(models.Model):
    """A statistical domain somebody works with or is interested in."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="domain_links", verbose_name=_("person"))
    domain = models.ForeignKey(
        StatisticalDomain, models.CASCADE, related_name="person_links", verbose_name=_("statistical domain")
    )

    class Meta:
        verbose_name = _("statistical domain")
        verbose_name_plural = _("statistical domains")
        ordering = ["person", "domain__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "domain"],
                name="persondomain_once",
                violation_error_code="persondomain_once",
                violation_error_message=_("This person already has that domain."),
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.domain}"


class PostQuerySet(ValidityQuerySet):
    """Posts."""

    def staff_filter(self):
        """A filter on Person: holds a post in this office today."""
        return models.Exists(self.current().filter(person=models.OuterRef("pk"), organisation__is_this_office=True))


@tracked(exclude=["revision"])
class Post(Validity):
    """What somebody is in an organisation, from when to when."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts", verbose_name=_("person"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name=_("organisation"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    is_primary = models.BooleanField(_("main post"), default=True)
    revision = RevisionField()

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["person", models.F("valid_to").desc(nulls_first=True), "-is_primary", "pk"]
        indexes = [models.Index(fields=["organisation", "person"], name="post_organisation")]
        constraints = [
            ends_after_start("post_ends_after_start"),
            ExclusionConstraint(
                name="post_one_primary",
                expressions=[("person", RangeOperators.EQUAL), (validity_range(), RangeOperators.OVERLAPS)],
                condition=Q(is_primary=True),
                violation_error_code="post_one_primary",
                violation_error_message=_("This person already has a main post then."),
            ),
        ]
        triggers = [revision_trigger(), PERSON_CHILD_SEARCH, POST_HOLDS_FOCAL_POINTS]

    def __str__(self):
        return f"{self.title}, {self.organisation}" if self.title else str(self.organisation)


@tracked()
class PersonEmail(models.Model):
    """An e-mail address of a person. Addresses are not unique: desks share them."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail address"))
    state = models.CharField(_("state"), max_length=12, choices=AddressState, default=AddressState.WORKS)
    # When the office learnt of the address, and of its present state.
    since = models.DateField(_("since"), null=True, blank=True, default=clock.today)
    state_on = models.DateField(_("state noted on"), null=True, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")
        ordering = ["person", "-is_primary", "address"]
        indexes = [models.Index(Lower("address"), name="personemail_address")]
        constraints = [
            models.UniqueConstraint(
                "person",
                Lower("address"),
                name="personemail_once",
                violation_error_code="personemail_once",
                violation_error_message=_("This person already has that address."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_primary=True),
                name="personemail_one_primary",
                violation_error_code="personemail_one_primary",
                violation_error_message=_("A person has one primary address."),
            ),
        ]
        triggers = [PERSON_CHILD_SEARCH]

    def __str__(self):
        return self.address
