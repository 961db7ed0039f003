"""What every page needs around its content: the side bar, the office, the reader's preferences."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import get_language_info

from nso_contacts.access import roles
from nso_contacts.office import clock, dates
from nso_contacts.office.models import Office

from . import navigation, panels


class Shell:
    """The frame of a page for one reader. Nothing is looked up before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        """Keep the request; a request without a signed-in reader has an anonymous one."""
        self.request = request

    @cached_property
    def user(self) -> Any:
        """The reader; None when nobody is signed in."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def is_staff(self) -> bool:
        """Whether the reader works in the office and gets the staff shell."""
        return self.user is not None and roles.has_role(self.user, *roles.STAFF_ROLES)

    @cached_property
    def office(self) -> Office:
        """The office this system belongs to."""
        return Office.objects.current()

    @cached_property
    def sections(self) -> list[navigation.Section]:
        """The side bar."""
        return navigation.sections(self.request) if self.user else []

    @cached_property
    def portal(self) -> list[navigation.Place]:
        """The bar of the portal."""
        return navigation.portal(self.request) if self.user else []

    @cached_property
    def theme(self) -> str:
        """`light` or `dark`; empty lets the device decide."""
        theme = getattr(self.user, "theme", "")
        return theme if theme in ("light", "dark") else ""

    @cached_property
    def keys(self) -> bool:
        """Whether single keys act as shortcuts (they can be switched off, WCAG 2.1.4)."""
        return bool(getattr(self.user, "keys_enabled", False))

    @cached_property
    def bell(self) -> list[panels.Shown]:
        """What stands beside the account menu: the panels registered for `bell`."""
        return panels.shown("bell", None, self.user) if self.user else []

    @cached_property
    def languages(self) -> list[dict[str, Any]]:
        """The office's languages in their own names, the current one marked."""
        current = translation.get_language()
        offered = [code for code, _name in settings.LANGUAGES if code in self.office.languages]
        return [get_language_info(code) | {"current": code == current} for code in offered or [settings.LANGUAGE_CODE]]

    @cached_property
    def today(self) -> str:
        """The office's date in full, for the head of a printed page."""
        return dates.full(clock.today())

    @property
    def log_contact_url(self) -> str:
        """Where a contact is logged; empty for those who may not."""
        may = self.user is not None and self.user.has_perm("access.log_interactions")
        return address("stakeholders:interaction_quick") if may else ""

    @property
    def profile_url(self) -> str:
        """The reader's own settings."""
        return address("accounts:me")

    @property
    def language_url(self) -> str:
        """Where a chosen language is posted to."""
        return address("accounts:language")

    @property
    def sign_out_url(self) -> str:
        """Where signing out is posted to."""
        return address("account_logout")

    @property
    def sign_in_url(self) -> str:
        """Where the reader signs in."""
        return address("account_login")

    @property
    def privacy_url(self) -> str:
        """What the office does with personal data."""
        return address("pages:privacy")

    @property
    def accessibility_url(self) -> str:
        """How accessible these pages are and whom to tell about a barrier."""
        return address("pages:accessibility")

    @property
    def help_url(self) -> str:
        """What can be done here, and where to find it."""
        return address("pages:help")

    @property
    def engagement_url(self) -> str:
        """What became of what users said."""
        return address("feedback:engagement")

    @property
    def contact_url(self) -> str:
        """The public contact form."""
        return address("feedback:contact")

    @property
    def links_url(self) -> str:
        """Where somebody whose link does not answer any more gets a new one."""
        return address("feedback:links")

    @property
    def home_url(self) -> str:
        """Where the name of the office leads."""
        if self.user and not self.is_staff:
            return address("feedback:portal") or "/"
        return "/"


def address(name: str) -> str:
    """Return the address called `name`; empty while nothing answers there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates `shell`."""
    return {"shell": Shell(request)}
