"""Start-up of the imports app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Gives imports their place in the side bar, their files an owner, and changes by imports a name in histories."""

    name = "nso_contacts.imports"
    label = "imports"

    def ready(self) -> None:
        """Register; models are ready only now."""
        from nso_contacts.audit import history  # noqa: PLC0415 (needs loaded apps)
        from nso_contacts.files import owners  # noqa: PLC0415
        from nso_contacts.pages.navigation import NavItem, register  # noqa: PLC0415

        from .models import Batch  # noqa: PLC0415

        register(NavItem("administration", _("Imports"), "imports:list", "upload", "run_imports", order=10, key="i"))
        owners.register(Batch, "file")
        history.register_batch("import", in_history)
        history.register_batch("undo", undone_in_history)


def in_history(rest: str) -> tuple[str, str] | None:
    """Return what the history of a record calls an import, and where it is looked up."""
    from .models import Batch  # noqa: PLC0415 (needs loaded apps)

    batch = (
        Batch.objects.select_related("file").filter(pk=rest).first() if rest.isdecimal() and len(rest) < 19 else None
    )
    return (_("Import of %(file)s") % {"file": batch.file.name}, batch.get_absolute_url()) if batch else None


def undone_in_history(rest: str) -> tuple[str, str] | None:
    """Return what the history of a record calls the undoing of an import."""
    found = in_history(rest)
    return (_("%(import)s, undone") % {"import": found[0]}, found[1]) if found else None
