"""Forms about meetings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.files.forms import UploadManyField
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick
from nso_contacts.pages.widgets import Segments
from stakeholders.forms.interaction import keepers_of_tasks
from stakeholders.models import Task

from .forms import WHEN_AND_WHERE, EventForm, language_choices
from .models import Decision, Paper


class MeetingForm(EventForm):
    """When and where a committee or user group meets, and about what. No survey follows a meeting."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["survey_wanted"]
        for code, language in language_choices():
            self.fields[f"objectives_{code}"].label = _("Purpose in %(language)s") % {"language": language}
        self.fields["reply_by"].help_text = _("Leave empty for one week before, or nearer if that has passed.")

    @property
    def sections(self):
        """The form in three parts."""
        named = [name for name in self.fields if name.startswith(("title_", "objectives_"))]
        return [
            (_("What it is about"), (*named, "domains", "products")),
            (_("When and where"), WHEN_AND_WHERE),
            (_("How it is run"), ("languages", "reply_by", "organiser", "facilitator")),
        ]


class DecisionForm(OfficeModelForm):
    """What was decided."""

    class Meta:
        model = Decision
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}


class ActionForm(OfficeModelForm):
    """What somebody undertook to do, and by when."""

    person = Pick(
        "person",
        label=_("Who outside the office"),
        required=False,
        help_text=_("If somebody else does it; the colleague below sees to it."),
    )

    class Meta:
        model = Task
        fields = ["title", "due_on", "person", "assignee"]
        labels = {"title": _("What is to be done")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = keepers_of_tasks()
        self.fields["assignee"].initial = self.user.pk

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("person"):
            self.instance.owed_by = Task.OwedBy.THEM
        return cleaned


class PapersForm(OfficeForm):
    """Files for a meeting, or its minutes."""

    kind = forms.ChoiceField(label=_("What they are"), choices=Paper.Kind.choices, widget=Segments)
    uploads = UploadManyField(label=_("Files"))
