"""Forms of an import: the file, and what its columns become."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nso_contacts.pages.form import OfficeForm

from .actions import remembered
from .importers import MODES, Importer, open_to
from .models import Batch
from .reading import ENCODINGS, ENDINGS


class FileForm(OfficeForm):
    """A file, and how its letters are written where it is not Unicode."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV or XLSX, up to 25 MB. The first row holds the names of the columns. Of a workbook the first sheet is "
            "read; formulas are not computed, their rows are reported."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    encoding = forms.ChoiceField(label=_("Letters"), choices=list(ENCODINGS.items()), initial="utf-8-sig")


class UploadForm(FileForm):
    """What is imported, and from which file."""

    kind = forms.ChoiceField(label=_("What does the file hold?"), widget=forms.RadioSelect)
    field_order = ("kind", "file", "encoding")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the reader may import."""
        super().__init__(*args, **kwargs)
        choices = [(importer.key, importer.title) for importer in open_to(self.user)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]
        if self.initial.get("kind") not in dict(choices):
            self.initial["kind"] = choices[0][0] if choices else None


class ColumnsForm(OfficeForm):
    """What each column becomes, what may happen, and when two rows are the same."""

    mode = forms.ChoiceField(label=_("What may happen"), widget=forms.RadioSelect)
    rule = forms.ChoiceField(label=_("When are two rows the same?"))
    remember = forms.CharField(
        label=_("Remember these choices as"),
        max_length=100,
        required=False,
        help_text=_("Offered to everybody for the next file with these columns. Empty: forgotten."),
    )

    def __init__(self, *args: Any, batch: Batch, importer: Importer, **kwargs: Any) -> None:
        """Offer the fields of the importer for each column of the file."""
        options = batch.options
        kept = remembered(batch).first()
        kwargs["initial"] = {
            "mode": options.get("mode"),
            "rule": options.get("rule"),
            "remember": kept.name if kept else "",
        }
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [  # type: ignore[attr-defined]
            (key, format_html('{}<span class="xs t-2 d-block">{}</span>', words, more) if more else words)
            for key, (words, more) in MODES.items()
        ]
        self.fields["rule"].choices = [(rule.key, rule.title) for rule in importer.rules]  # type: ignore[attr-defined]
        fields = importer.fields()
        becomes = [("", _("Do not import")), *((field.key, field.title) for field in fields)]
        for place, name in enumerate(batch.header):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=_("%(column)s becomes") % {"column": name},
                choices=becomes,
                required=False,
                initial=batch.mapping[place] if place < len(batch.mapping) else "",
            )
        self.questions = importer.questions
        for key, title, _field in importer.questions:
            self.fields[key] = forms.BooleanField(label=title, required=False, initial=bool(options.get(key, True)))
        self.header = batch.header

    def mapping(self) -> list[str]:
        """What each column becomes, in the order of the file."""
        return [self.cleaned_data[f"column_{place}"] for place in range(len(self.header))]

    def options(self) -> dict[str, Any]:
        """The other choices."""
        asked = {key: self.cleaned_data[key] for key, _title, _field in self.questions}
        return {"mode": self.cleaned_data["mode"], "rule": self.cleaned_data["rule"], **asked}
