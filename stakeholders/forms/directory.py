"""What the forms of the directory share: errors of the database stand beside the field they are about."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from nso_contacts.pages.form import OfficeModelForm


class DirectoryForm(OfficeModelForm):
    """A form that shows a violated constraint at the field that `beside` names for it."""

    # name of the constraint → field
    beside: dict[str, str] = {}

    def _update_errors(self, errors):
        super()._update_errors(self.placed(errors))

    def placed(self, errors):
        """Move the errors of constraints from the top of the form to their fields."""
        if not hasattr(errors, "error_dict"):
            return errors
        found: dict[str, list[ValidationError]] = {}
        for name, group in errors.error_dict.items():
            for error in group:
                field = self.beside.get(error.code or "", name) if name == NON_FIELD_ERRORS else name
                found.setdefault(field if field in self.fields else NON_FIELD_ERRORS, []).append(error)
        return ValidationError(found)
