"""Fill a new database with the demonstration office."""

from django.core.management.base import BaseCommand, CommandError

from feedback import demonstration


class Command(BaseCommand):
    """`manage.py load_demo`."""

    help = "Load the National Statistics Office of the Republic of Marenda into a database that holds no office yet."

    def handle(self, **options):
        """Load it once; a database with any other office in it is left as it is."""
        try:
            loaded = demonstration.load(actor=None)
        except demonstration.NotEmpty as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "The demonstration office is loaded." if loaded else "The demonstration office is here already."
        )
