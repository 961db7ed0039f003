"""What tests of the page shapes share: something to choose from."""

import pytest
from django.contrib.auth import get_user_model

from nso_contacts.pages import picks, search
from nso_contacts.pages.picks import PickSource
from nso_contacts.pages.search import SearchSource


def colleagues(user):
    """Everybody who may sign in and whom `user` may choose: those without a secret address."""
    return get_user_model().objects.filter(is_active=True).exclude(email__startswith="secret")


@pytest.fixture(autouse=True)
def colleague_source(monkeypatch):
    """Let forms choose from colleagues, whatever else the apps have registered."""
    source = PickSource(
        "colleague", "Colleague", colleagues, detail=lambda user: user.email, fields=("name", "email"), order=("name",)
    )
    monkeypatch.setattr(picks, "_sources", {"colleague": source})


@pytest.fixture
def searchable(monkeypatch):
    """Let people search colleagues and nothing else."""
    source = SearchSource(
        "colleague",
        "Colleagues",
        "people",
        colleagues,
        url=lambda user: f"/sample/people/{user.pk}/",
        detail=lambda user: user.email,
        fields=("name", "email"),
        exact=lambda typed, user: colleagues(user).filter(email=typed).first(),
        archived=lambda user: get_user_model().objects.filter(is_active=False),
    )
    monkeypatch.setattr(search, "_sources", {"colleague": source})
    return source
