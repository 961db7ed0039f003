"""Create a real, empty office and the link with which its first administrator begins."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from nso_contacts.accounts import actions
from nso_contacts.office.actions import save_office
from nso_contacts.office.models import Office


class Command(BaseCommand):
    """`manage.py create_office --name … --administrator ADDRESS`."""

    help = "Create a real, empty office and print a link with which its first administrator chooses a password."

    def add_arguments(self, parser):
        """Both have a default, so that an office can be started without knowing anything yet."""
        parser.add_argument("--name", default="National Statistical Office", help="the office's name")
        parser.add_argument("--administrator", default="administrator@localhost.example", help="an e-mail address")

    def handle(self, *, name, administrator, **options):
        """Create what is missing; an administrator who has not chosen a password yet gets a new link."""
        office = Office.objects.defer("logo").first()
        if office and office.is_demonstration:
            raise CommandError("This database holds the demonstration office. A real one needs its own database.")
        try:
            if office is None:
                save_office(Office(name=name), actor=None)
            user = actions.create_administrator(administrator, actor=None)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        if user.joined_at:
            self.stdout.write(
                f"{user.email} has chosen a password already: {settings.BASE_URL}{reverse('account_login')}"
            )
            return
        token = actions.make_invitation_link(user, actor=None)
        link = settings.BASE_URL + reverse("accounts:invitation", args=[token])
        self.stdout.write(f"{user.email} chooses a password and sets up the office here, once, within 14 days:\n{link}")
