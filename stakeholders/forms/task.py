"""Forms for tasks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick
from nso_contacts.pages.widgets import Segments

from ..models import Task
from .interaction import keepers_of_tasks


class TaskForm(OfficeModelForm):
    """What is owed, by whom, to whom and until when."""

    person = Pick("person", label=_("Person"), required=False)
    organisation = Pick("organisation", label=_("Organisation"), required=False)

    class Meta:
        model = Task
        fields = ["owed_by", "kind", "title", "person", "organisation", "due_on", "assignee"]
        widgets = {"owed_by": Segments}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        keepers = keepers_of_tasks()
        if self.instance.assignee_id:
            keepers = (keepers | User.objects.filter(pk=self.instance.assignee_id).distinct()).distinct()
        self.fields["assignee"].queryset = keepers
        self.fields["assignee"].initial = self.user.pk


class MoveForm(OfficeForm):
    """Another day for something that is due."""

    due_on = forms.DateField(label=_("New day"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)
