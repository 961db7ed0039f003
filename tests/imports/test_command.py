"""The import from a shell: what it prints, and that it writes only what it says."""

import pytest
from django.core.management import CommandError, call_command

from stakeholders.models import Organisation, Person
from tests.factories import OrganisationFactory, PersonFactory

ROWS = "Name,Region,Telephone\nHarbour Board,South,1\nharbour  board,South,2\nLight House,North,3\n"


@pytest.fixture
def run(office, tmp_path, capsys):
    """Run a command on a text; return what it printed."""

    def ran(command, text, *options):
        file = tmp_path / "file.csv"
        file.write_text(text)
        call_command(command, file, *options)
        return capsys.readouterr().out

    return ran


def test_a_dry_run_counts_rows_by_verdict_and_writes_nothing(run):
    printed = run("import_organisations", ROWS, "--dry-run")

    assert printed == "Rows: Create 2, Joins a row above 1.\nNothing was written.\n"
    assert not Organisation.objects.exists()


def test_rows_in_error_stop_an_import_unless_they_are_to_be_skipped(run, capsys):
    text = "Name,E-mail\nHarbour Board,info@harbour.example\nQuay,info\n"
    with pytest.raises(CommandError, match="Nothing was written"):
        run("import_organisations", text)
    assert not Organisation.objects.exists()
    assert "row 3, E-mail: “info”. Not an e-mail address: the @ is missing." in capsys.readouterr().err

    printed = run("import_organisations", text, "--skip-errors")
    assert printed.startswith("2 rows: 1 records created, 0 updated, 0 unchanged; 1 rows in error.")
    assert Organisation.objects.get().name == "Harbour Board"


def test_people_are_matched_by_the_rule_that_is_named(run):
    people = [
        PersonFactory(name="Ada Byron", organisation=OrganisationFactory(region=place)) for place in ("South", "North")
    ]
    printed = run("import_people", "Name,Region,Telephone\nada byron,north,5\n", "--match", "name_region")

    assert printed.startswith("1 rows: 0 records created, 1 updated")
    phones = dict(Person.objects.values_list("pk", "phone"))
    assert phones == {people[0].pk: "", people[1].pk: "5"}
    with pytest.raises(CommandError, match="Nobody signs in as nobody@"):
        run("import_people", "Name\nAda\n", "--actor", "nobody@nso.example")
