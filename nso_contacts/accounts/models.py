"""The login of a person: address, password, roles and preferences. Who that person is, is a `Person`."""

import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.access.roles import ROLE_NAMES, ROLES, STAFF_ROLES, has_role
from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked
from nso_contacts.office import clock
from nso_contacts.office.models import Office, valid_time_zone


class UserQuerySet(models.QuerySet):
    """Reading logins."""

    def active(self):
        """Those who may sign in."""
        return self.filter(is_active=True)

    def with_role(self, *names):
        """Those who hold at least one of the roles."""
        return self.filter(groups__name__in=names).distinct()

    def staff(self):
        """Active colleagues of the office, whatever their role."""
        return self.active().with_role(*STAFF_ROLES)

    def visible_to(self, user):
        """Everybody for those who manage users, nobody for others."""
        return self if user.has_perm("access.manage_users") else self.none()

    editable_by = visible_to


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Makes logins; an address is one login however it is written."""

    def create_user(self, email, password=None, **fields):
        """Make a login. Without a password nobody can sign in with it until one is set."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        """Find a login by its address, upper and lower case alike."""
        return self.get(email__iexact=email)


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in."""

    class Theme(models.TextChoices):
        """How pages look."""

        AUTO = "auto", _("Like the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    # Unique as written, which Django asks of a user name, and unique however it is written, which counts.
    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody already signs in with this address.")},
    )
    # Kept equal to the name of the linked person, so that lists and histories name people without a join.
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[valid_time_zone])
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    keys_enabled = models.BooleanField(_("single-key shortcuts"), default=True)
    out_of_office_from = models.DateField(_("out of office from"), null=True, blank=True)
    out_of_office_to = models.DateField(_("out of office to"), null=True, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(_("joined"), null=True, blank=True, editable=False)
    revision = RevisionField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        triggers = [revision_trigger(ignore=["password", "last_login"])]
        ordering = ["name", "email"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Somebody already signs in with this address."),
            ),
            models.CheckConstraint(
                name="user_out_of_office_in_order",
                condition=Q(out_of_office_from=None, out_of_office_to=None)
                | Q(
                    out_of_office_from__isnull=False,
                    out_of_office_to__isnull=False,
                    out_of_office_to__gte=F("out_of_office_from"),
                ),
                violation_error_message=_("Enter both days; the last day cannot be before the first."),
            ),
        ]

    def __str__(self):
        return self.name or self.email

    def get_absolute_url(self):
        """The page for those who manage users."""
        return reverse("accounts:user", args=[self.pk])

    def get_full_name(self):
        """The name to show; the address of somebody whose name is not known."""
        return str(self)

    get_short_name = get_full_name

    @property
    def initials(self):
        """One or two letters for the small round picture."""
        words = (self.name or self.email.partition("@")[0].replace(".", " ")).split()
        return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else "?"

    @property
    def state(self):
        """`active`, `invited` (has not chosen a password yet) or `inactive`."""
        if not self.is_active:
            return "inactive"
        return "invited" if self.invited_at and not self.joined_at else "active"

    @property
    def roles(self):
        """The names of this user's roles, in the order of the table."""
        held = {group.name for group in self.groups.all()}
        return [role for role in ROLES if role in held]

    @property
    def role_names(self):
        """The roles in words."""
        return [ROLE_NAMES[role] for role in self.roles]

    @property
    def is_staff_member(self):
        """Whether this user works in the office."""
        return has_role(self, *STAFF_ROLES)

    @property
    def is_out_of_office(self):
        """Whether this user is away today."""
        return self.out_of_office_from is not None and (
            self.out_of_office_from <= clock.today() <= self.out_of_office_to
        )

    @property
    def zone(self):
        """The zone in which this user reads times: their own, else the office's."""
        return zoneinfo.ZoneInfo(self.time_zone) if self.time_zone else Office.objects.current().zone


@tracked()
class UserRole(User.groups.through):
    """A role somebody holds: Django's own table, tracked like ours."""

    class Meta:
        proxy = True


class SavedViewQuerySet(models.QuerySet):
    """Reading views of lists."""

    def visible_to(self, user):
        """A reader's own, and those colleagues share."""
        own = Q(owner=user.pk)
        return self.filter(own | Q(shared=True, owner__is_active=True)) if user.is_staff_member else self.none()

    def editable_by(self, user):
        """A reader's own."""
        return self.filter(owner=user.pk)


class SavedView(models.Model):
    """A list as somebody likes it, under a name. It holds an address, no rows: each reader finds what they may see."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", editable=False)
    # The name of the list in `reverse`, and its state as its address holds it.
    list_name = models.CharField(max_length=80, editable=False)
    state = models.CharField(max_length=2000, editable=False)
    name = models.CharField(_("name"), max_length=60)
    shared = models.BooleanField(
        _("shared with colleagues"),
        default=False,
        help_text=_("They find it above the list, each with the rows they may see."),
    )
    is_default = models.BooleanField(
        _("open the list with it"),
        default=False,
        help_text=_("For you, whenever you come to the list without a filter."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revision = RevisionField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("view of a list")
        verbose_name_plural = _("views of lists")
        ordering = ["list_name", Lower("name"), "pk"]
        indexes = [models.Index(fields=["list_name"], name="savedview_list", condition=Q(shared=True))]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "list_name",
                Lower("name"),
                name="savedview_name_once",
                violation_error_message=_("You have a view of this list with that name."),
            ),
            models.UniqueConstraint(
                fields=["owner", "list_name"],
                condition=Q(is_default=True),
                name="savedview_one_default",
                violation_error_message=_("A list opens with one view."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="savedview_has_a_name",
                violation_error_message=_("Enter a name for the view."),
            ),
        ]
        triggers = [revision_trigger()]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The list with this view."""
        return f"{reverse(self.list_name)}?{self.state}"
