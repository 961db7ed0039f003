"""Bringing an office back from a backup, so that nothing it had sent is sent again."""

from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ProgrammingError
from django.utils.translation import gettext as _
from django.utils.translation import override

from nso_contacts.mail import actions as mail
from nso_contacts.office import actions as office_actions
from nso_contacts.office.models import Office

from . import archive, database


class Refused(Exception):
    """The restore was not begun; the text says why and what to do."""


def restore(folder: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup in place of what is in the database. Returns what was done, by name.

    The backup is read and compared with its stamp before anything is touched, and the database is exchanged in one
    transaction. Afterwards it is brought to the migrations of this code; whatever waited to be sent is in doubt, since
    it may have gone out after the backup was made; and mail is held until a person lets it go.

    Raises Refused, archive.Damaged and database.ProgramFailed.
    """
    stamp = archive.check(folder)
    _refuse_newer(stamp)
    _refuse_overwriting(replace=replace)
    connected = database.others_connected()
    if connected:
        raise Refused(f"{connected} other connections use this database. Stop the web server, worker and beat first.")
    files = archive.put_back_files(folder)
    # Its connection would wait for ours to end its transaction.
    connection.close()
    database.load(folder / archive.DUMP)
    call_command("migrate", interactive=False, verbosity=0)
    cache.clear()
    return {"stamp": stamp, "files": files, "in_doubt": _settle(stamp)}


def _settle(stamp: archive.Stamp) -> int:
    """Hold mail and put in doubt what waited. A demonstration office sends to a folder, so there it is the same."""
    office = Office.objects.current()
    with override(office.first_language):
        because = _("The office was restored from a backup of %(moment)s.") % {
            "moment": f"{stamp.moment.astimezone(office.zone):%Y-%m-%d %H:%M}"
        }
    office_actions.hold_mail(because, actor=None)
    return mail.doubt_what_waits(because)


def _refuse_newer(stamp: archive.Stamp) -> None:
    known = {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    newer = sorted(name for name in stamp.migrations if name not in known and name.partition(".")[0] in ours)
    if newer:
        raise Refused(f"The backup was made by a newer version: this one does not know {newer[0]}. Update it first.")


def _refuse_overwriting(*, replace: bool) -> None:
    try:
        held = Office.objects.defer("logo").first()
    except ProgrammingError:
        held = None  # a database without tables
    if held is not None and not replace:
        raise Refused(f"This database holds an office, “{held}”. Say --replace to lose it, or use an empty database.")
