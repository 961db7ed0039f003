"""Forms of the office's settings: one short form for each line of the page."""

import re

import holidays as holiday_lists
from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from nso_contacts.access.roles import ROLE_NAMES, ROLES
from nso_contacts.accounts.forms import zone_choices
from nso_contacts.pages.form import OfficeForm, OfficeModelForm

from . import clock, dates, pictures
from .models import Holiday, Office, RequestTarget


def all_languages():
    """Every language of the product, each by its own name."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


def countries():
    """Countries whose holidays are known, by name."""
    named = {}
    for code in holiday_lists.list_supported_countries(include_aliases=False):
        listed = getattr(holiday_lists, code, None)
        name = listed.__base__.__name__ if listed else code
        named[code] = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return sorted(named.items(), key=lambda pair: pair[1])


class NameForm(OfficeModelForm):
    """How the office is called, and where people write to."""

    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, up to 100 kB. Without one, the sign of the product is used."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )

    class Meta:
        model = Office
        fields = ["name", "country", "short_name", "contact_email"]
        help_texts = {
            "name": _("As it stands in letters and on the portal."),
            "short_name": _("Used in the subject of e-mails."),
            "contact_email": _("Shown to people who need help with signing in or with a link."),
        }

    def clean_logo_file(self):
        upload = self.cleaned_data["logo_file"]
        if not upload:
            return b""
        if upload.size > pictures.MOST_BYTES:
            raise forms.ValidationError(_("This picture is larger than 100 kB. Choose a smaller one."))
        picture = upload.read()
        if pictures.is_svg(picture):
            raise forms.ValidationError(
                _("SVG files can carry programs, so they are not taken. Save the logo as PNG or JPEG.")
            )
        size = pictures.size(picture)
        if size is None:
            raise forms.ValidationError(_("This is no PNG or JPEG picture. Choose one, or save yours as PNG."))
        if max(size) > pictures.MOST_PIXELS:
            raise forms.ValidationError(_("This picture is larger than 2000 pixels. Choose a smaller one."))
        return picture


class LanguagesForm(OfficeModelForm):
    """The languages of the portal, of public pages and of e-mail."""

    languages = forms.MultipleChoiceField(
        label=_("Languages of the portal and of e-mail"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )
    first = forms.ChoiceField(
        label=_("First language"), help_text=_("Shown when a text is missing in another language.")
    )

    class Meta:
        model = Office
        fields = ["languages"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = self.fields["first"].choices = all_languages()
        self.fields["first"].initial = self.instance.first_language

    def clean(self):
        data = super().clean()
        first, chosen = data.get("first"), data.get("languages", [])
        if first and chosen and first not in chosen:
            self.add_error("first", _("Choose the first language among those ticked above."))
        elif first:
            data["languages"] = [first, *(code for code in chosen if code != first)]
        return data


class TimeZoneForm(OfficeModelForm):
    """Where the office's clock hangs."""

    class Meta:
        model = Office
        fields = ["time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=zone_choices(), help_text=_("Days and due dates are those of this zone.")
        )
        if self.instance.time_zone not in dict(zone_choices()):
            self.fields["time_zone"].choices = [(self.instance.time_zone,) * 2, *zone_choices()]


class DatesForm(OfficeModelForm):
    """How dates look, each style shown by today's date."""

    class Meta:
        model = Office
        fields = ["date_style"]
        labels = {"date_style": _("Dates look like")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date_style"].choices = dates.samples(clock.today())


class LanguagesAndTimeForm(LanguagesForm, TimeZoneForm, DatesForm):
    """All three at once, when the office is set up."""

    class Meta:
        model = Office
        fields = ["languages", "time_zone", "date_style"]
        labels = DatesForm.Meta.labels

    field_order = ["languages", "first", "time_zone", "date_style"]


class Hour(forms.TimeInput):
    """A time of day, written 17:00 whatever the browser's own habit is."""

    def __init__(self, attrs=None):
        super().__init__({"class": "num", "inputmode": "numeric", **(attrs or {})}, format="%H:%M")


class HoursForm(OfficeModelForm):
    """When the office works."""

    working_weekdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        coerce=int,
        choices=list(WEEKDAYS_ABBR.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one working day.")},
    )

    class Meta:
        model = Office
        fields = ["working_weekdays", "opens", "closes", "cut_off"]
        widgets = {"opens": Hour, "closes": Hour, "cut_off": Hour}


class DaysForm(HoursForm):
    """When the office works, with a country's holidays to start with, when the office is set up."""

    holiday_country = forms.ChoiceField(
        label=_("Holidays to start with"), required=False, help_text=_("You edit the list afterwards.")
    )

    class Meta(HoursForm.Meta):
        fields = [*HoursForm.Meta.fields, "holiday_country"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["holiday_country"].choices = [("", _("None: I enter them myself")), *countries()]


class TriageForm(OfficeModelForm):
    """What holds for a request until its class is known."""

    class Meta:
        model = Office
        fields = ["acknowledge_before_triage", "target_before_triage"]
        labels = {
            "acknowledge_before_triage": _("Acknowledge within, in working days"),
            "target_before_triage": _("Answer within, in working days"),
        }


class CadenceForm(OfficeModelForm):
    """How often the office wants to talk to whom."""

    class Meta:
        model = Office
        fields = ["cadence_ministries", "cadence_agencies", "cadence_others"]
        labels = {
            "cadence_ministries": _("Ministries, every … days"),
            "cadence_agencies": _("Agencies, every … days"),
            "cadence_others": _("Others, every … days"),
        }


class MailForm(OfficeModelForm):
    """How much the office sends."""

    class Meta:
        model = Office
        fields = ["hourly_mail_ceiling"]
        help_texts = {
            "hourly_mail_ceiling": _("Holds back invitations, surveys and news; replies and sign-in always go at once.")
        }


class ThresholdForm(OfficeModelForm):
    """Below how many answers nothing is shown."""

    class Meta:
        model = Office
        fields = ["suppression_threshold"]
        help_texts = {
            "suppression_threshold": _("Answers, from 3 to 20. It holds for every page, table and export of new waves.")
        }


class PersonalDataForm(OfficeModelForm):
    """What the office says about personal data, and how long it keeps them."""

    class Meta:
        model = Office
        fields = ["retention_months", "privacy_notice"]
        labels = {"retention_months": _("Months personal data are kept after the last contact")}
        help_texts = {"privacy_notice": _("Shown on the public privacy page.")}


class SignInForm(OfficeModelForm):
    """Whose password alone is not enough."""

    two_step_roles = forms.MultipleChoiceField(
        label=_("A code from an app is required of"),
        required=False,
        choices=[(role, ROLE_NAMES[role]) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody else may set it up too. Whoever has none is led to it at the next page they open."),
    )

    class Meta:
        model = Office
        fields = ["two_step_roles"]


class TargetForm(OfficeModelForm):
    """The answering time of one class of request."""

    class Meta:
        model = RequestTarget
        fields = ["acknowledge", "decide", "deliver"]
        labels = {
            "acknowledge": _("Acknowledge within, in working days"),
            "decide": _("Decide or quote within, in working days"),
            "deliver": _("Deliver within, in working days"),
        }


class HolidayForm(OfficeModelForm):
    """A day on which the office does not work."""

    class Meta:
        model = Holiday
        fields = ["date", "name", "confirmed"]
        help_texts = {"confirmed": _("Leave it open while the day still depends on the moon or on a decree.")}


class FillForm(OfficeForm):
    """Start a year from a country's list."""

    country = forms.ChoiceField(label=_("Country"))
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Without an empty choice an office that has named no country would be offered Afghanistan's days.
        self.fields["country"].choices = [("", _("Choose a country")), *countries()]
