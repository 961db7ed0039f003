"""Forms of people who sign in, and of those who invite them."""

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from nso_contacts.access.roles import ROLE_NAMES, ROLES, STAFF_ROLES
from nso_contacts.office.models import Office
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.widgets import Segments

from .models import SavedView, User


def language_choices():
    """The languages the office offers, each by its own name."""
    offered = Office.objects.current().languages
    return [
        (code, get_language_info(code)["name_local"].capitalize())
        for code, _name in settings.LANGUAGES
        if code in offered
    ]


def zone_choices():
    """The time zones by name, without those that only exist for old systems."""
    areas = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    named = sorted(zone for zone in zoneinfo.available_timezones() if zone.partition("/")[0] in areas)
    return [("UTC", _("Coordinated Universal Time (UTC)")), *((zone, zone.replace("_", " ")) for zone in named)]


class RolesField(forms.MultipleChoiceField):
    """One or more roles of the table."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Roles"),
            help_text=_("Roles add up."),
            choices=[(role, ROLE_NAMES[role]) for role in ROLES],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
            **kwargs,
        )


class InviteForm(OfficeModelForm):
    """Invite somebody new."""

    roles = RolesField()

    class Meta:
        model = User
        fields = ["email", "name", "language"]
        help_texts = {
            "email": _("The invitation goes here, and it is what they sign in with."),
            "language": _("Of the invitation and of their pages."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The office's first language")), *language_choices()]


class RolesForm(OfficeForm):
    """Change the roles of somebody."""

    roles = RolesField()


class InvitationForm(OfficeForm):
    """What an invited person fills in."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("As colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    password = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=_("At least 12 characters. A sentence you remember is best."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def __init__(self, *args, invited, **kwargs):
        super().__init__(*args, **kwargs)
        self.invited = invited
        self.fields["name"].initial = invited.name

    def clean_password(self):
        password = self.cleaned_data["password"]
        self.invited.name = self.cleaned_data.get("name", "")
        validate_password(password, self.invited)
        return password


class PreferencesForm(OfficeModelForm):
    """What somebody sets for themselves."""

    sections = [
        (_("Language and time"), ("language", "time_zone")),
        (_("Pages"), ("theme", "keys_enabled")),
        (_("Out of office"), ("out_of_office_from", "out_of_office_to")),
    ]

    class Meta:
        model = User
        fields = [
            "name",
            "language",
            "time_zone",
            "theme",
            "keys_enabled",
            "out_of_office_from",
            "out_of_office_to",
        ]
        widgets = {"theme": Segments}
        labels = {
            "keys_enabled": _("Single keys act as shortcuts, for example L to log a contact"),
            "out_of_office_from": _("From"),
            "out_of_office_to": _("To, this day included"),
        }
        help_texts = {
            "name": _("As colleagues know you."),
            "time_zone": _("Times on your pages are in this zone."),
            "out_of_office_from": _("Colleagues see that you are away when they assign something to you."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        office = Office.objects.current()
        self.fields["language"].choices = [("", _("The office's first language")), *language_choices()]
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            help_text=self.Meta.help_texts["time_zone"],
            required=False,
            choices=[("", _("The office's: %(zone)s") % {"zone": office.time_zone.replace("_", " ")}), *zone_choices()],
        )
        if not self.instance.is_staff_member:
            for name in ("keys_enabled", "out_of_office_from", "out_of_office_to"):
                del self.fields[name]
        # The name of a linked person is kept on that person's own page.
        if getattr(self.instance, "person", None) is not None:
            del self.fields["name"]


class ColleagueForm(OfficeForm):
    """One line of the first invitations: an address and a role."""

    email = forms.EmailField(label=_("E-mail address"), required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role, ROLE_NAMES[role]) for role in STAFF_ROLES], initial="liaison"
    )

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody already signs in with this address."))
        return email


class BaseColleagues(forms.BaseFormSet):
    """Colleagues to invite; nobody twice."""

    def clean(self):
        seen = set()
        for form in self.forms:
            email = form.cleaned_data.get("email", "").lower() if hasattr(form, "cleaned_data") else ""
            if email and email in seen:
                form.add_error("email", _("This address stands twice."))
            seen.add(email)


Colleagues = forms.formset_factory(ColleagueForm, formset=BaseColleagues, extra=4, max_num=20)


class SavedViewForm(OfficeModelForm):
    """How a view of a list is called, who sees it, and whether the list opens with it."""

    class Meta:
        model = SavedView
        fields = ["name", "shared", "is_default"]

    def validate_unique(self):
        """One view of a name and one default: saving settles both, so that it is never an error here."""

    def validate_constraints(self):
        """See `validate_unique`."""
