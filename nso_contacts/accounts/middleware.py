"""Each request speaks the reader's language, shows the reader's time, and is part of a session that is listed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from nso_contacts.access.roles import has_role
from nso_contacts.office.models import Office, remembering_office


class PreferencesMiddleware:
    """Sets language and zone: the reader's own, else the office's; the office is asked for once per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request in its reader's language and zone."""
        with remembering_office():
            office = Office.objects.current()
            language = language_for(request, office)
            zone = request.user.zone if request.user.is_authenticated else office.zone
            request.LANGUAGE_CODE = language
            with translation.override(language), timezone.override(zone):
                response = self.get_response(request)
                # A template that renders late must still find the language it was asked for.
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            response.headers.setdefault("Content-Language", language)
            return response


def language_for(request: HttpRequest, office: Office) -> str:
    """The language of this reader, always one the office offers: chosen here, set for the account, or the browser's."""
    wishes = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    if request.user.is_authenticated:
        wishes.append(request.user.language)
    else:
        header = request.headers.get("Accept-Language", "")
        for wish, _weight in parse_accept_lang_header(header):
            wishes += [wish, wish.partition("-")[0]]
    return next((wish for wish in wishes if wish in office.languages), office.first_language)


class SessionSeenMiddleware(UserSessionsMiddleware):
    """Notes when a session was last seen, to the minute: a write with every page would be most of what a page writes.

    A session that comes from another address or with another browser is noted at once.
    """

    PRECISION = timedelta(minutes=1)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note the session if its row is older than a minute, and answer."""
        if request.user.is_authenticated and self.is_noted(request):
            return self.get_response(request)
        return super().__call__(request)

    def is_noted(self, request: HttpRequest) -> bool:
        """Whether the row of this very session, address and browser was written within the last minute."""
        agent_length = UserSession._meta.get_field("user_agent").max_length
        return UserSession.objects.filter(
            session_key=request.session.session_key or "",
            user_id=request.user.pk,
            ip=get_adapter().get_client_ip(request),
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:agent_length],
            last_seen_at__gt=timezone.now() - self.PRECISION,
        ).exists()


class TwoStepMiddleware:
    """Leads those whose role needs a code from an app to setting it up, and nowhere else until they have."""

    # What they may still reach: the sign-in pages themselves, and the language menu.
    FREE = ("/accounts/", "/language/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or lead to the set-up page."""
        if must_set_up_two_step(request.user) and not request.path.startswith(self.FREE):
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def must_set_up_two_step(user: Any) -> bool:
    """Whether one of the user's roles needs a code from an app, and no app is set up yet."""
    needed = Office.objects.current().two_step_roles
    return (
        bool(needed)
        and user.is_authenticated
        and has_role(user, *needed)
        and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    )
