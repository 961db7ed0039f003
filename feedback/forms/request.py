"""Forms about data requests: asked in the portal, recorded by staff, worked on."""

from django import forms
from django.conf.locale import LANG_INFO
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nso_contacts import office
from nso_contacts.files.forms import UploadField
from nso_contacts.office import clock
from nso_contacts.office.models import Office, RequestClass
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick
from nso_contacts.pages.widgets import Segments
from stakeholders.models import Organisation, Post, StatisticalDomain

from ..models import DataRequest, DisclosureCheck

FIRST_YEAR, BREAKDOWNS = (
    1900,
    [
        ("sex", _("Sex")),
        ("age", _("Age group")),
        ("occupation", _("Occupation")),
        ("industry", _("Industry")),
    ],
)


def year_field(label):
    """A year that figures can be about."""
    return forms.IntegerField(
        label=label,
        required=False,
        validators=[
            MinValueValidator(FIRST_YEAR, _("Enter a year after 1900, for example 2021.")),
            MaxValueValidator(2100, _("Enter a year before 2100, for example 2021.")),
        ],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6, "class": "num w-7"}),
    )


class PortalRequestForm(OfficeForm):
    """What a ministry expert tells to get data (design 11)."""

    sections = [
        (_("1. What you need"), ("subject", "domain", "details")),
        (_("2. Period and detail"), ("first_year", "last_year", "geography", "breakdowns")),
        (_("3. Purpose and delivery"), ("organisation", "purpose", "needed_by", "language", "file")),
    ]

    subject = forms.CharField(
        label=_("Describe the data in one sentence"),
        help_text=_("For example: unemployed persons by district and age."),
        max_length=200,
        error_messages={"required": _("Describe the data in one sentence, for example: births by district, 2024")},
    )
    domain = forms.ModelChoiceField(
        StatisticalDomain.objects.none(),
        label=_("Statistical domain"),
        help_text=_("Your request goes to the expert for this domain."),
        empty_label=_("I do not know"),
        required=False,
    )
    details = forms.CharField(
        label=_("Anything we should know"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    first_year = year_field(_("First year"))
    last_year = year_field(_("Last year"))
    geography = forms.ChoiceField(
        label=_("Level of geography"),
        choices=DataRequest.Geography,
        widget=forms.RadioSelect,
        initial=DataRequest.Geography.COUNTRY,
        help_text=_("The smaller the area, the more figures may be too uncertain to publish."),
    )
    breakdowns = forms.MultipleChoiceField(
        label=_("Break down by"), choices=BREAKDOWNS, widget=forms.CheckboxSelectMultiple, required=False
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("You ask for"),
        help_text=_("Colleagues of this organisation see the request too."),
        empty_label=None,
    )
    purpose = forms.CharField(
        label=_("What will the figures be used for?"),
        help_text=_("It helps us suggest the right source. It is not published."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words what the figures are for")},
    )
    needed_by = forms.DateField(
        label=_("When do you need the answer?"), required=False, widget=forms.DateInput(attrs={"class": "w-14"})
    )
    language = forms.ChoiceField(label=_("Language of the labels"), widget=Segments)
    file = UploadField(label=_("File"), required=False)

    def __init__(self, *args, **kwargs):
        """Offer the person's own organisations and the office's languages."""
        super().__init__(*args, **kwargs)
        posts = Post.objects.current().filter(person__user=self.user).order_by("-is_primary", "pk")
        organisations = Organisation.objects.filter(pk__in=posts.values("organisation"))
        self.fields["organisation"].queryset = organisations
        if first := posts.first():
            self.fields["organisation"].initial = first.organisation_id
        self.fields["domain"].queryset = StatisticalDomain.objects.current()
        languages = Office.objects.current().languages
        self.fields["language"].choices = languages_in_words(languages)
        self.fields["language"].initial = get_language() if get_language() in languages else languages[0]

    def clean_needed_by(self):
        """An answer takes the office's working days; an earlier wish cannot be promised."""
        wanted = self.cleaned_data["needed_by"]
        earliest = office.calendar().add_working_days(clock.today(), 1)
        if wanted and wanted < earliest:
            raise forms.ValidationError(_("Choose a later day: the next working day at the earliest."))
        return wanted

    def clean(self):
        """The years are in order."""
        values = super().clean()
        first, last = values.get("first_year"), values.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("The last year cannot be before the first."))
        return values

    def request(self, person):
        """Return the request, not saved yet."""
        values = self.cleaned_data
        chosen = dict(BREAKDOWNS)
        return DataRequest(
            requester=person,
            channel=DataRequest.Channel.PORTAL,
            breakdowns=", ".join(str(chosen[key]) for key in values["breakdowns"]),
            **{
                name: values[name]
                for name in (
                    "subject",
                    "domain",
                    "details",
                    "first_year",
                    "last_year",
                    "geography",
                    "organisation",
                    "purpose",
                    "needed_by",
                    "language",
                )
            },
        )


def languages_in_words(codes):
    """The office's languages, each by its own name."""
    return [(code, LANG_INFO.get(code, {}).get("name_local", code)) for code in codes]


class StaffRequestForm(OfficeModelForm):
    """A request that came by mail, call or letter, or the correction of one."""

    requester = Pick("person", label=_("Requester"), required=False)
    organisation = Pick("organisation", label=_("Organisation"), required=False)
    domain = Pick("domain", label=_("Statistical domain"), required=False)
    sections = [
        (_("Who asks"), ("requester", "requester_name", "requester_email", "organisation", "channel", "language")),
        (_("What is asked"), ("subject", "details", "domain", "first_year", "last_year", "geography", "breakdowns")),
        (_("Purpose"), ("purpose", "needed_by")),
    ]

    class Meta:
        model = DataRequest
        fields = [
            "requester",
            "requester_name",
            "requester_email",
            "organisation",
            "channel",
            "language",
            "subject",
            "details",
            "domain",
            "first_year",
            "last_year",
            "geography",
            "breakdowns",
            "purpose",
            "needed_by",
        ]
        widgets = {"details": forms.Textarea(attrs={"rows": 4}), "purpose": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "requester_name": _("Only for somebody who is not on file."),
            "requester_email": _("Where the answer goes; empty: the person's own address."),
        }


class TriageForm(OfficeForm):
    """What kind of request it is, and who answers."""

    request_class = forms.ChoiceField(
        label=_("Class"), choices=[("", _("Choose a class")), *RequestClass.choices], help_text=_("Sets the target.")
    )
    is_free = forms.BooleanField(label=_("Free of charge"), required=False, initial=True)
    domain = Pick("domain", label=_("Statistical domain"), required=False)
    assignee = Pick("user", label=_("Assigned to"), required=False)


class AssignForm(OfficeForm):
    """Who answers."""

    assignee = Pick("user", label=_("Assigned to"), required=False)


class MessageForm(OfficeForm):
    """One entry of the conversation, and what it does to the request."""

    class Act:
        """What sending the entry does."""

        REPLY, ASK, ANSWER, NOTE = "reply", "ask", "answer", "note"

    act = forms.ChoiceField(
        label=_("Who sees this"),
        choices=[
            (Act.REPLY, _("Reply to requester")),
            (Act.ASK, _("Question to requester: the clock stops")),
            (Act.ANSWER, _("Answer: the request is answered")),
            (Act.NOTE, _("Internal note")),
        ],
        widget=forms.RadioSelect,
        initial=Act.REPLY,
    )
    text = forms.CharField(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the message first.")},
    )
    file = UploadField(label=_("File"), required=False)


class CheckForm(OfficeForm):
    """The disclosure check of somebody else's work."""

    result = forms.ChoiceField(label=_("Result"), choices=DisclosureCheck.Result, widget=forms.RadioSelect)
    method = forms.CharField(
        label=_("Method applied"), max_length=300, help_text=_("For example: cells under 5 suppressed, rounding to 5.")
    )
    remark = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


class RefuseForm(OfficeForm):
    """Declining: plainly, with the reason and an alternative."""

    reason_code = forms.ChoiceField(label=_("Reason"), choices=DataRequest.RefusalReason, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What you tell the requester"),
        help_text=_("Say what they can do instead."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RedirectForm(OfficeForm):
    """Passing on."""

    to = forms.CharField(label=_("Who has the figures"), max_length=300, help_text=_("Name and address."))
    text = forms.CharField(label=_("What you tell the requester"), widget=forms.Textarea(attrs={"rows": 4}))


class TextForm(OfficeForm):
    """A text that goes with an act: a reason, an outcome."""

    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, label="", help_text="", **kwargs):
        """Say what the text is for."""
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class HeardForm(OfficeForm):
    """What the requester writes."""

    text = forms.CharField(
        label=_("Your message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your message first.")},
    )
    file = UploadField(label=_("File"), required=False)
