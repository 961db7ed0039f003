"""Forms of the needs register and of responses to users."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.office import clock
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick, PickMany
from workshops.forms import TextInLanguages

from ..models import DataNeed, NeedAnswer, NeedRaiser, PublishedResponse


class NeedForm(OfficeModelForm):
    """What users need."""

    domains = PickMany("domain", label=_("Statistical domains"), required=False)
    owner = Pick("user", label=_("Owner at the office"), required=False)
    sections = [
        (_("The need"), ("title", "description", "horizon", "gap", "coverage", "domains", "needed_by")),
        (_("What for"), ("policy_context", "consequence", "is_legal_obligation")),
        (_("Priority"), ("importance", "feasibility", "priority_override", "priority_reason", "owner")),
    ]

    class Meta:
        model = DataNeed
        fields = [
            "title",
            "description",
            "horizon",
            "gap",
            "coverage",
            "domains",
            "needed_by",
            "policy_context",
            "consequence",
            "is_legal_obligation",
            "importance",
            "feasibility",
            "priority_override",
            "priority_reason",
            "owner",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4}), "consequence": forms.Textarea(attrs={"rows": 2})}


class RaiserFields(forms.Form):
    """Who raised it, and when."""

    person = Pick("person", label=_("Person"), required=False)
    organisation = Pick("organisation", label=_("Organisation"), required=False)
    raised_on = forms.DateField(label=_("Raised on"), initial=clock.today)
    quote = forms.CharField(label=_("In their words"), max_length=300, required=False)

    def clean(self):
        """Somebody has to be named."""
        values = super().clean()
        if not values.get("person") and not values.get("organisation") and not self.errors:
            self.add_error("person", _("Choose the person or organisation who raised the need."))
        return values

    def raiser(self, **where):
        """Return the row, not saved; `where` is the interaction, event or request it was raised through."""
        values = self.cleaned_data
        return NeedRaiser(
            person=values["person"],
            organisation=values["organisation"],
            raised_on=values["raised_on"],
            quote=values["quote"],
            **where,
        )


class RaiserForm(RaiserFields, OfficeForm):
    """Somebody else who needs it."""


class RaiseNeedForm(RaiserFields, NeedForm):
    """A new need, with whoever raised it."""

    sections = [(_("Who raised it"), ("person", "organisation", "raised_on", "quote")), *NeedForm.sections]


class DecisionForm(OfficeForm):
    """The decision, with its reason."""

    decision = forms.ChoiceField(label=_("Decision"), choices=DataNeed.Decision, widget=forms.RadioSelect)
    decision_reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who raised it reads it in the answer."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Give the reason for the decision.")},
    )
    programme_reference = forms.CharField(label=_("Line of the work programme"), max_length=200, required=False)
    promised_on = forms.DateField(label=_("Promised for"), required=False)


class AnswerNeedForm(OfficeForm):
    """What somebody is told, and how."""

    way = forms.ChoiceField(label=_("How"), choices=NeedAnswer.Way, widget=forms.RadioSelect, initial="EMAIL")
    text = forms.CharField(label=_("What they are told"), widget=forms.Textarea(attrs={"rows": 5}))
    told_on = forms.DateField(label=_("On"), initial=clock.today, help_text=_("An e-mail goes out now."))


RESPONSE_TITLE = TextInLanguages("title")
SAID = TextInLanguages("said", forms.Textarea, rows=3)
DID = TextInLanguages("did", forms.Textarea, rows=3)


class ResponseForm(OfficeModelForm):
    """You said, we did: in each language of the office."""

    needs = PickMany("need", label=_("Needs it answers"), required=False)
    domain = Pick("domain", label=_("Statistical domain"), required=False)

    class Meta:
        model = PublishedResponse
        fields = ["domain"]

    def __init__(self, *args, **kwargs):
        """Add a field per text and language, before the form notes what its fields say when it is opened."""
        instance = kwargs.get("instance")
        initial = kwargs.setdefault("initial", {})
        if instance is not None:
            for part, value in ((RESPONSE_TITLE, instance.title), (SAID, instance.said), (DID, instance.did)):
                initial.update(part.initial(value))
            initial["needs"] = list(instance.needs.all())
        self.base_fields = {
            **RESPONSE_TITLE.fields(_("Title"), required=True, max_length=200),
            **SAID.fields(_("You said"), required=True),
            **DID.fields(_("We did"), required=True),
            **self.base_fields,
        }
        super().__init__(*args, **kwargs)

    def response(self):
        """The response with its texts, not saved."""
        response = self.instance
        response.title = RESPONSE_TITLE.read(self.cleaned_data)
        response.said = SAID.read(self.cleaned_data)
        response.did = DID.read(self.cleaned_data)
        response.domain = self.cleaned_data["domain"]
        return response
