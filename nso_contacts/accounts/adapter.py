"""How django-allauth behaves in this office."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class OfficeAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation only, and everybody lands on their own first page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: accounts are made by invitation."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff see their work, ministry experts the portal."""
        return "/" if request.user.is_staff_member else "/portal/"

    def get_user_search_fields(self) -> list[Any]:
        """Fields by which allauth looks for a user."""
        return ["email", "name"]
