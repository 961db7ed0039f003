"""Fill a new database with an office of realistic size."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from feedback import demonstration, scale
from feedback.scale.size import SIZES


class Command(BaseCommand):
    """`manage.py load_scale small|medium|large`."""

    help = "Load an office with some hundred, ten thousand or a quarter of a million people into a new database."

    def add_arguments(self, parser):
        """The size."""
        parser.add_argument("size", choices=SIZES)

    def handle(self, *, size, **options):
        """Load it once; a database with any other office in it is left as it is."""
        try:
            loaded = scale.load(size=size, actor=None, say=self.say)
        except demonstration.NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        if not loaded:
            self.stdout.write("A demonstration office is here already.")
            return
        if not connection.in_atomic_block:
            # Also lets indexes be read without their tables.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")
        self.stdout.write(f"The {size} office is loaded.")

    def say(self, line):
        """Print progress at once."""
        self.stdout.write(line)
        self.stdout.flush()
