"""Validity: two dates, both inclusive, empty is open."""

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock


def validity_range():
    """The validity of a row as a PostgreSQL date range, for exclusion constraints."""
    return Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange", output_field=DateRangeField())


def ends_after_start(name):
    """A constraint: the end of a validity is not before its start."""
    return models.CheckConstraint(
        condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
        name=name,
        violation_error_code=name,
        violation_error_message=_("The end cannot be before the start."),
    )


class Validity(models.Model):
    """Checks the order of the two dates before a constraint makes a range of them, which a wrong order would break."""

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The end cannot be before the start.")})


class ValidityQuerySet(models.QuerySet):
    """Rows with `valid_from` and `valid_to`."""

    def on(self, day):
        """Rows valid on `day`."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))

    def current(self):
        """Rows valid today, in the office's zone."""
        return self.on(clock.today())

    def not_ended(self, day):
        """Rows still valid after `day`, also those that start later."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day))
