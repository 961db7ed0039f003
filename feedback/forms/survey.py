"""One question of a survey as a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm

from ..models import Question

Scale = Question.Scale
# The best answer first, as people expect to read it; the value is the point on the scale.
POINTS = {
    Scale.S5: [
        (5, _("Very satisfied")),
        (4, _("Satisfied")),
        (3, _("Neither satisfied nor dissatisfied")),
        (2, _("Dissatisfied")),
        (1, _("Very dissatisfied")),
    ],
    Scale.Q5: [(5, _("Very good")), (4, _("Good")), (3, _("Adequate")), (2, _("Poor")), (1, _("Very poor"))],
    Scale.I5: [
        (5, _("Essential")),
        (4, _("Important")),
        (3, _("Background interest")),
        (2, _("Minor")),
        (1, _("Not needed")),
    ],
    Scale.YES_PARTLY_NO: [(3, _("Yes")), (2, _("Partly")), (1, _("No"))],
}
NO_OPINION = ("", _("No opinion"))


class QuestionForm(OfficeForm):
    """The answer to one question."""

    def __init__(self, *args, question, given=None, **kwargs):
        """Draw the scale of `question`; `given` is what was answered before."""
        super().__init__(*args, **kwargs)
        self.question = question
        if question.scale == Scale.TEXT:
            self.fields["answer"] = forms.CharField(
                label=str(question.text),
                help_text=str(question.help),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 5}),
                initial=given.text if given else "",
            )
            return
        choices = list(POINTS[question.scale])
        if not question.mandatory:
            choices.append(NO_OPINION)
        self.fields["answer"] = forms.TypedChoiceField(
            label=str(question.text),
            help_text=str(question.help) or _("Choose one answer."),
            choices=choices,
            coerce=int,
            empty_value=None,
            required=question.mandatory,
            widget=forms.RadioSelect,
            initial=(given.value if given.value is not None else "") if given else None,
            error_messages={"required": _("Choose one answer.")},
        )
