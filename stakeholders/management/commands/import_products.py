"""Load the catalogue of products from a file."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from stakeholders.actions import product as actions
from stakeholders.csv_files import rows_of


class Command(BaseCommand):
    """The upload of /products/load/ from the command line."""

    help = "Load products from a CSV file with the columns code, title, kind and domains (codes with ; between)."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            data = file.read_bytes()
        except OSError as wrong:
            raise CommandError(f"{file} cannot be read: {wrong.strerror}") from wrong
        try:
            created, changed = actions.load(rows_of(data, ("code", "title")), actor=None)
        except ValidationError as refusal:
            raise CommandError("\n".join(["Nothing was written.", *refusal.messages])) from refusal
        self.stdout.write(f"{created} products created, {changed} changed.")
