"""My work: what is owed, in order of date, with figures that lead to what is behind them."""

from datetime import timedelta

import pytest

from nso_contacts.office import clock
from stakeholders.models import Task

pytestmark = pytest.mark.django_db


def owe(user, days, title="Reply about definitions", **fields):
    """Something `user` owes, due in `days` days."""
    return Task.objects.create(title=title, due_on=clock.today() + timedelta(days=days), assignee=user, **fields)


def test_the_office_start_page_is_empty_but_says_what_will_be_there(liaison, signed_in):
    page = signed_in(liaison).get("/").text

    assert "Nothing is overdue or due today." in page
    assert "Nothing is owed in the next 7 days" in page
