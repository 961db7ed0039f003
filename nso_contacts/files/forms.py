"""A form field for one or several attachments."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from . import storage


def what_may_be_attached() -> str:
    """Say it in the language of the page, not of the start-up."""
    return _("PDF, office documents, text, CSV, pictures or ZIP, up to %(limit)s.") % {
        "limit": filesizeformat(storage.MAX_BYTES)
    }


class UploadField(forms.FileField):
    """One file, checked for size and kind beside the field. `store(cleaned, actor)` in the action keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            lazy(what_may_be_attached, str)(),
        )
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("accept", ",".join(storage.ALLOWED_ENDINGS))

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the uploaded file, or raise what is wrong with it."""
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            storage.check(upload)
        return upload


class _SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadManyField(UploadField):
    """Several files at once; cleans to a list, each one checked and each fault named."""

    widget = _SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploaded files, or raise everything that is wrong with any of them."""
        uploads = data if isinstance(data, list | tuple) else [data]
        return list(self._cleaned(uploads, initial))

    def _cleaned(self, uploads: Iterable[Any], initial: Any) -> Iterable[Any]:
        faults: list[ValidationError] = []
        cleaned = []
        for upload in uploads:
            try:
                cleaned.append(super().clean(upload, initial))
            except ValidationError as fault:
                faults.append(fault)
        if faults:
            raise ValidationError(faults)
        return [upload for upload in cleaned if upload]
