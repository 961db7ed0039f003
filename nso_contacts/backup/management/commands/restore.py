"""Bring the office back from a backup. Stop web server, worker and beat first."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from nso_contacts.backup import archive, database, restoring


class Command(BaseCommand):
    """`manage.py restore FOLDER [--replace]`."""

    help = __doc__
    # The database may be empty, or of another version: that is what a restore is for.
    requires_system_checks = []

    def add_arguments(self, parser):
        """Which one, and whether what is there may be lost."""
        parser.add_argument("folder", type=Path, help="one backup, as `manage.py backup` printed it")
        parser.add_argument("--replace", action="store_true", help="lose the office that is in the database now")

    def handle(self, *, folder, replace, **options):
        """Print what was done and what a person decides next."""
        try:
            done = restoring.restore(folder.resolve(), replace=replace)
        except (archive.Damaged, restoring.Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except database.ProgramFailed as error:
            raise CommandError(f"The database is as it was: {error}") from error
        stamp = done["stamp"]
        self.stdout.write(
            f"“{stamp.office}” is as it was at {stamp.made_at}. {done['files']} files put back.\n"
            f"{done['in_doubt']} messages that waited then may have gone out since: they are marked as doubtful.\n"
            "Mail is held. Start the office, look through Messages, and let mail go there."
        )
        if stamp.missing_files:
            self.stdout.write(f"{len(stamp.missing_files)} attached files were missing when the backup was made.")
