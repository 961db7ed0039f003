"""Those who sign in: the accounts of the demonstration, and as many colleagues and ministry experts as are named."""

from datetime import timedelta

from django.contrib.auth.models import Group

from nso_contacts.accounts.models import User

from ..demonstration import office
from . import names
from .country import Country
from .sheet import Sheet
from .tables import unindexed

# Of twenty: liaison officers and statisticians do the work, some ministries look after their requests themselves.
ROLES = ["liaison"] * 10 + ["statistician"] * 6 + ["manager"] + ["expert"] * 3
NOBODY_KNOWS = "!"  # a password that none encodes to: these accounts cannot be signed in to


def load_named(country: Country) -> None:
    """The nine of the demonstration: they are among the users that the size names."""
    office.load(country)
    role_of = {entry[0]: entry[3] for entry in office.USERS}
    for key, user in country.users.items():
        country.colleagues[role_of[key]].append(user.pk)
        country.logins[user.pk] = user.name


def load(country: Country) -> None:
    """All the others."""
    groups = {group.name: group.pk for group in Group.objects.all()}
    joined = (country.now - timedelta(days=3 * 365)).isoformat()
    called = names.people(country.random)
    with (
        unindexed(User, User.groups.through),
        Sheet(User, "email", "name", "password", "language", "created_at", "invited_at", "joined_at") as users,
        Sheet(User.groups.through, "user_id", "group_id") as roles,
    ):
        for number in range(country.size.users - len(office.USERS)):
            name = next(called)[0]
            role = ROLES[number % len(ROLES)]
            host = "ministries.example" if role == "expert" else "nso.example"
            language = country.in_language(number) if role == "expert" else "en"
            key = users.write(f"user{number + 1}@{host}", name, NOBODY_KNOWS, language, joined, joined, joined)
            roles.write(key, groups[role])
            country.logins[key] = name
            country.colleagues[role].append(key)
