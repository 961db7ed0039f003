"""The forms of a merge: with which record, and what stays."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm
from nso_contacts.pages.picks import Pick

STAYS, GOES = "stays", "goes"


class OtherForm(OfficeForm):
    """The record that goes."""

    def __init__(self, *args, kind, **kwargs):
        self.base_fields = {"other": Pick(kind, label=_("The record that is the same"))}
        super().__init__(*args, **kwargs)


class MergeForm(OfficeForm):
    """What stays, line by line, and why the two are the same."""

    reason = forms.CharField(label=_("Why are they the same?"), max_length=200)

    def __init__(self, *args, lines, **kwargs):
        self.lines = lines
        self.base_fields = {
            line.name: forms.ChoiceField(
                label=line.label,
                choices=[(STAYS, line.stays), (GOES, line.goes)],
                widget=forms.RadioSelect,
                initial=STAYS,
            )
            for line in lines
            if line.choose
        } | dict(self.base_fields)
        super().__init__(*args, **kwargs)

    @property
    def table(self):
        """Each line with its two radio buttons, if somebody must choose."""
        return [(line, list(self[line.name].subwidgets) if line.choose else None) for line in self.lines]

    @property
    def take(self):
        """The fields whose value comes from the record that goes."""
        return {name for name, value in self.cleaned_data.items() if value == GOES}
