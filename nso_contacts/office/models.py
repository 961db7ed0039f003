"""The office itself: one row of settings, its holidays, its answering times and its reference counters."""

import zoneinfo
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from nso_contacts.audit.fields import RevisionField, revision_trigger
from nso_contacts.audit.trail import tracked

_remembered: ContextVar[dict | None] = ContextVar("office", default=None)


def valid_time_zone(name):
    """Refuse a name that the time zone database does not hold."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="time_zone")


def first_language():
    """The languages of an office that has not chosen any yet."""
    return [settings.LANGUAGE_CODE]


def monday_to_friday():
    """The working days of an office that has not chosen any yet: Monday is 0, as in `date.weekday`."""
    return [0, 1, 2, 3, 4]


@contextmanager
def remembering_office():
    """Ask for the office row at most once within the block. A request runs inside it; nothing outlives it."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget_office():
    """Make the next `Office.objects.current()` ask the database again, after a change."""
    remembered = _remembered.get()
    if remembered is not None:
        remembered.clear()


def remember(name, ask):
    """Return what `ask` found earlier in the same request; outside a request ask each time."""
    remembered = _remembered.get()
    if remembered is None:
        return ask()
    if name not in remembered:
        remembered[name] = ask()
    return remembered[name]


class DateStyle(models.TextChoices):
    """How the office writes a date; `dates` knows the forms of each."""

    DAY_FIRST = "DAY_FIRST", _("Day, month in words, year")
    MONTH_FIRST = "MONTH_FIRST", _("Month in words, day, year")
    NUMBERS = "NUMBERS", _("Day, month and year in numbers")
    YEAR_FIRST = "YEAR_FIRST", _("Year, month and day in numbers")


class OfficeManager(models.Manager):
    """Finds the one row."""

    def current(self):
        """Return the office; one that is not saved, with the default of every setting, before it is created."""
        return remember("office", lambda: self.defer("logo").first() or Office())


@tracked(exclude=["logo"])
class Office(models.Model):
    """The National Statistical Office that runs this system. There is one row."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name of the office"), max_length=200, default="National Statistical Office")
    short_name = models.CharField(_("short name"), max_length=30, default="NSO")
    country = models.CharField(_("country or area"), max_length=100, blank=True)
    contact_email = models.EmailField(_("contact address"), blank=True)
    privacy_notice = models.TextField(_("privacy notice"), blank=True)
    # A small picture belongs to the row: it is shown on pages that nobody signs in to, and saved with every backup.
    logo = models.BinaryField(_("logo"), null=True, blank=True, editable=False)
    logo_digest = models.CharField(max_length=16, blank=True, editable=False)

    languages = ArrayField(models.CharField(max_length=7), verbose_name=_("languages"), default=first_language)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[valid_time_zone])
    date_style = models.CharField(_("dates look like"), max_length=12, choices=DateStyle, default=DateStyle.DAY_FIRST)

    working_weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("working days"), default=monday_to_friday
    )
    opens = models.TimeField(_("opens"), default=time(9))
    closes = models.TimeField(_("closes"), default=time(17))
    cut_off = models.TimeField(_("next day after"), default=time(16))
    holiday_country = models.CharField(_("country of the holidays"), max_length=2, blank=True)

    acknowledge_before_triage = models.PositiveSmallIntegerField(
        _("acknowledge before triage"), default=1, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    target_before_triage = models.PositiveSmallIntegerField(
        _("answer before triage"), default=7, validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
    cadence_ministries = models.PositiveSmallIntegerField(
        _("ministries every"), default=30, validators=[MinValueValidator(1)]
    )
    cadence_agencies = models.PositiveSmallIntegerField(
        _("agencies every"), default=60, validators=[MinValueValidator(1)]
    )
    cadence_others = models.PositiveSmallIntegerField(_("others every"), default=90, validators=[MinValueValidator(1)])
    suppression_threshold = models.PositiveSmallIntegerField(_("smallest group shown"), default=5)
    retention_months = models.PositiveSmallIntegerField(
        _("months personal data are kept"), default=36, validators=[MinValueValidator(1)]
    )
    hourly_mail_ceiling = models.PositiveIntegerField(
        _("messages an hour at most"), default=500, validators=[MinValueValidator(1)]
    )
    two_step_roles = ArrayField(
        models.CharField(max_length=20), verbose_name=_("roles that need a code"), default=list, blank=True
    )

    # While set, nothing but messages for signing in goes out: after a restore a person decides.
    mail_held_at = models.DateTimeField(_("mail held since"), null=True, blank=True, editable=False)
    mail_held_because = models.CharField(_("why mail is held"), max_length=200, blank=True, editable=False)
    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)
    set_up_at = models.DateTimeField(_("set up"), null=True, blank=True, editable=False)
    revision = RevisionField()

    objects = OfficeManager()

    class Meta:
        triggers = [revision_trigger()]
        verbose_name = _("office")
        verbose_name_plural = _("office")
        constraints = [
            models.CheckConstraint(
                name="office_only_one",
                condition=Q(id=1),
                violation_error_message=_("There is already an office."),
            ),
            models.CheckConstraint(
                name="office_has_a_language",
                condition=Q(languages__len__gt=0),
                violation_error_message=_("Choose at least one language."),
            ),
            models.CheckConstraint(
                name="office_date_style_is_known",
                condition=Q(date_style__in=DateStyle.values),
                violation_error_message=_("Choose how dates look from the list."),
            ),
            models.CheckConstraint(
                name="office_has_working_weekdays",
                condition=Q(working_weekdays__len__gt=0) & Q(working_weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                violation_error_message=_("Choose at least one working day."),
            ),
            models.CheckConstraint(
                name="office_closes_after_opening",
                condition=Q(closes__gt=F("opens")),
                violation_error_message=_("The office must close after it opens."),
            ),
            models.CheckConstraint(
                name="office_cut_off_while_open",
                condition=Q(cut_off__gte=F("opens")) & Q(cut_off__lte=F("closes")),
                violation_error_message=_("“Next day after” must be within the opening hours."),
            ),
            models.CheckConstraint(
                name="office_threshold_3_to_20",
                condition=Q(suppression_threshold__gte=3) & Q(suppression_threshold__lte=20),
                violation_error_message=_("The smallest group shown must be between 3 and 20."),
            ),
            models.CheckConstraint(
                name="office_mail_held_for_a_reason",
                condition=Q(mail_held_at=None, mail_held_because="")
                | (Q(mail_held_at__isnull=False) & ~Q(mail_held_because="")),
                violation_error_message=_("Say why mail is held."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def first_language(self):
        """The language shown when a text is missing in another."""
        return self.languages[0]

    @property
    def country_beside(self):
        """The country as it stands beside the name; "" when the name says it already."""
        return "" if self.country in self.name else self.country

    @property
    def zone(self):
        """The office's time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)


class HolidayQuerySet(models.QuerySet):
    """Reading holidays."""

    def from_day(self, day):
        """Holidays on `day` and later, the next one first."""
        return self.filter(date__gte=day).order_by("date")

    def per_year(self, years):
        """How many holidays each of `years` has."""
        found = self.filter(date__year__in=years).order_by().values_list("date__year").annotate(n=models.Count("pk"))
        return dict.fromkeys(years, 0) | dict(found)


@tracked()
class Holiday(models.Model):
    """A day on which the office does not work."""

    class Source(models.TextChoices):
        """Where a holiday comes from."""

        NATIONAL = "national", _("National list")
        ENTERED = "entered", _("Entered by the office")

    date = models.DateField(_("day"), unique=True, error_messages={"unique": _("This day is already a holiday.")})
    name = models.CharField(_("holiday"), max_length=100)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.ENTERED, editable=False)
    confirmed = models.BooleanField(_("the day is confirmed"), default=True)
    revision = RevisionField()

    objects = HolidayQuerySet.as_manager()

    class Meta:
        triggers = [revision_trigger()]
        ordering = ["date"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self):
        return self.name


class RequestClass(models.TextChoices):
    """The classes of a data request, each with its own answering time."""

    READY_MADE = "READY_MADE", _("Ready-made figures")
    METHODOLOGICAL_ADVICE = "METHODOLOGICAL_ADVICE", _("Methodological advice")
    SIMPLE_EXTRACT = "SIMPLE_EXTRACT", _("Simple extract")
    CUSTOM_TABULATION = "CUSTOM_TABULATION", _("Custom tabulation")
    COMPLEX_COMPILATION = "COMPLEX_COMPILATION", _("Complex compilation")
    MICRODATA_ACCESS = "MICRODATA_ACCESS", _("Access to microdata")
    REDIRECT = "REDIRECT", _("For another office")
    COMPLAINT = "COMPLAINT", _("Complaint")


@tracked()
class RequestTarget(models.Model):
    """How many working days the office gives itself for one class of request."""

    # class: (acknowledge, decide or quote, deliver)
    DEFAULTS = {
        RequestClass.READY_MADE: (1, None, 2),
        RequestClass.METHODOLOGICAL_ADVICE: (1, None, 5),
        RequestClass.SIMPLE_EXTRACT: (1, None, 5),
        RequestClass.CUSTOM_TABULATION: (1, 3, 10),
        RequestClass.COMPLEX_COMPILATION: (1, 5, 30),
        RequestClass.MICRODATA_ACCESS: (1, 5, 10),
        RequestClass.REDIRECT: (1, None, 3),
        RequestClass.COMPLAINT: (1, None, 15),
    }

    request_class = models.CharField(_("class"), max_length=30, choices=RequestClass, unique=True, editable=False)
    acknowledge = models.PositiveSmallIntegerField(_("acknowledge"), validators=[MinValueValidator(1)])
    decide = models.PositiveSmallIntegerField(
        _("decide or quote"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    deliver = models.PositiveSmallIntegerField(_("deliver"), validators=[MinValueValidator(1)])
    revision = RevisionField()

    class Meta:
        triggers = [revision_trigger()]
        ordering = ["pk"]
        verbose_name = _("answering time")
        verbose_name_plural = _("answering times")
        constraints = [
            models.CheckConstraint(
                name="request_target_at_least_a_day",
                condition=Q(acknowledge__gte=1) & Q(deliver__gte=1) & (Q(decide=None) | Q(decide__gte=1)),
                violation_error_message=_("A target is at least one working day."),
            ),
        ]

    def __str__(self):
        return str(self.get_request_class_display())


class OfficeCounter(models.Model):
    """The last number given to a kind of record in a year (0: the kind counts on without years)."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "kind",
                "year",
                name="office_counter_unique",
                violation_error_message=_("There is one counter of a kind and a year."),
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.year or ''}: {self.last}"


class ImmutableUnaccent(Func):
    """Text without its accents, by a function that an index may use."""

    function = "immutable_unaccent"
    output_field = models.TextField()
