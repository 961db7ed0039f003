"""The demonstration office is only loaded into an empty database."""

import pytest
from django.core.management import CommandError, call_command

from nso_contacts.office.models import Office
from stakeholders.models import Organisation, Person


def test_a_real_office_is_left_alone(db, office):
    with pytest.raises(CommandError, match="holds an office already"):
        call_command("load_demo")
    assert not Office.objects.get().is_demonstration
    assert not Organisation.objects.exists()


def test_a_database_with_people_but_no_office_is_left_alone(db):
    Person.objects.create(name="Somebody")
    with pytest.raises(CommandError, match="holds an office already"):
        call_command("load_demo")
    assert not Office.objects.exists()
