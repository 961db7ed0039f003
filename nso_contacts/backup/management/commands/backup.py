"""Save the whole office: database, attached files and a version stamp."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from nso_contacts.backup import archive, database


class Command(BaseCommand):
    """`manage.py backup [--to FOLDER] [--keep N]`, while the office is at work."""

    help = __doc__

    def add_arguments(self, parser):
        """Where to, and how many to keep."""
        default = settings.STATE_DIR / "backups"
        parser.add_argument("--to", type=Path, default=default, help=f"the folder of the backups (default: {default})")
        parser.add_argument("--keep", type=int, default=0, help="remove all but so many of the newest (default: none)")

    def handle(self, *, to, keep, **options):
        """Print where it lies. Fails when a program or the disk does, and when attached files are missing."""
        if keep < 0:
            raise CommandError("--keep is a number of backups.")
        try:
            folder, stamp = archive.make(to.resolve())
        except (database.ProgramFailed, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        self.stdout.write(
            f"{folder}\ndatabase {filesizeformat(stamp.database_bytes)}, "
            f"{stamp.files} files {filesizeformat(stamp.file_bytes)}"
        )
        if stamp.missing_files:
            raise CommandError(
                f"{len(stamp.missing_files)} attached files were missing or damaged in {settings.FILES_ROOT} and are "
                f"not in the backup; {archive.STAMP} names them. Older backups were kept."
            )
        if keep:
            for old in archive.keep_newest(to.resolve(), keep):
                self.stdout.write(f"removed {old.name}")
