"""Each request speaks the reader's language and shows the reader's time."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from nso_contacts.office.models import Office, remembering_office

# A visitor's choice in the language menu, kept in this cookie until they sign in.
LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


class PreferencesMiddleware:
    """Sets language and zone: the user's own, else the visitor's choice or browser, else the office's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
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
                if hasattr(response, "render") and not response.is_rendered:
                    response.render()
            response.headers.setdefault("Content-Language", language)
            return response


def language_for(request: HttpRequest, office: Office) -> str:
    """The language of this reader, always one the office offers."""
    if request.user.is_authenticated:
        return request.user.language if request.user.language in office.languages else office.first_language
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in office.languages:
        return chosen
    for wanted, _weight in translation.trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        for language in (wanted, wanted.partition("-")[0]):
            if language in office.languages:
                return language
    return office.first_language
