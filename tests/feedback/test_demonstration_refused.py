"""The demonstration office, in either form, is only loaded into an empty database."""

import pytest
from django.core.management import CommandError, call_command

from nso_contacts.office.models import Office
from stakeholders.models import Organisation, Person

COMMANDS = [("load_demo",), ("load_scale", "small")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_real_office_is_left_alone(db, office, command):
    with pytest.raises(CommandError, match="holds an office already"):
        call_command(*command)
    assert not Office.objects.get().is_demonstration
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_with_people_but_no_office_is_left_alone(db, command):
    Person.objects.create(name="Somebody")
    with pytest.raises(CommandError, match="holds an office already"):
        call_command(*command)
    assert not Office.objects.exists()
