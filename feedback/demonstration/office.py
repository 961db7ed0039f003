"""The office itself, its holidays, and those who sign in."""

from datetime import date, time, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from nso_contacts.accounts.demonstration import PASSWORD
from nso_contacts.accounts.models import User, UserRole
from nso_contacts.office.actions import save_office
from nso_contacts.office.models import Holiday, Office

from .story import Story

# Day and month; the days that depend on the moon or on Easter are left out of a country that does not exist.
HOLIDAYS = [
    (1, 1, "New Year’s Day"),
    (14, 2, "Day of the Constitution"),
    (1, 5, "Labour Day"),
    (21, 6, "Day of the Sea"),
    (15, 8, "Assumption Day"),
    (9, 11, "Independence Day"),
    (25, 12, "Christmas Day"),
]

# Short name, e-mail, name, role, language.
USERS = [
    ("admin", "admin@nso.example", "Ines Duarte", "administrator", "en"),
    ("manager", "manager@nso.example", "Beatriz Lacerda", "manager", "en"),
    ("nadia", "liaison@nso.example", "Nadia Rahmani", "liaison", "en"),
    ("carmen", "statistician@nso.example", "Carmen Valdés", "statistician", "en"),
    ("omar", "omar.farouk@nso.example", "Omar Farouk", "liaison", "en"),
    ("peter", "peter.osei@nso.example", "Peter Osei", "statistician", "en"),
    ("joana", "joana.teixeira@nso.example", "Joana Teixeira", "statistician", "en"),
    ("leila", "expert@health.example", "Dr Leïla Benkirane", "expert", "fr"),
    ("amina", "expert@labour.example", "Amina Haddad", "expert", "fr"),
]


def load_office() -> None:
    """The one row of settings. Everything else counts from its calendar."""
    save_office(
        Office(
            name="National Statistics Office, Republic of Marenda",
            short_name="NSO",
            country="Republic of Marenda",
            contact_email="contacts@nso.example",
            languages=["en", "fr", "ar"],
            time_zone="Africa/Algiers",
            opens=time(9),
            closes=time(17),
            cut_off=time(16),
            is_demonstration=True,
            set_up_at=timezone.now(),
        ),
        actor=None,
    )
    this_year = timezone.now().year
    Holiday.objects.bulk_create(
        Holiday(date=date(year, month, day), name=name, source=Holiday.Source.NATIONAL)
        for year in range(this_year - 3, this_year + 3)
        for day, month, name in HOLIDAYS
    )


def load(story: Story) -> None:
    """The logins. One password for all is encoded once: it is made to be slow."""
    encoded = make_password(PASSWORD)
    joined = story.now - timedelta(days=800)
    users = User.objects.bulk_create(
        User(
            email=email,
            name=name,
            password=encoded,
            language=language,
            created_at=joined,
            invited_at=joined,
            joined_at=joined,
        )
        for _key, email, name, _role, language in USERS
    )
    groups = {group.name: group for group in Group.objects.all()}
    story.users = {entry[0]: user for entry, user in zip(USERS, users, strict=True)}
    UserRole.objects.bulk_create(
        UserRole(user=user, group=groups[entry[3]]) for entry, user in zip(USERS, users, strict=True)
    )
