"""The history page: sentences that say who changed what, from what, to what, when and why."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from nso_contacts.audit import history, sentences
from nso_contacts.audit.history import Child
from nso_contacts.audit.trail import acting
from nso_contacts.pages import panels
from stakeholders.models import Organisation, OrganisationEmail, Post
from tests.factories import OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organisations(monkeypatch):
    """Give organisations a history of their own, whatever the directory registers."""
    monkeypatch.setattr(history, "_kinds", {})
    monkeypatch.setattr(panels, "_panels", {})
    history.register(
        "organisation",
        Organisation,
        "view_directory",
        children=[Child(Post, "organisation"), Child(OrganisationEmail, "organisation")],
    )


@pytest.fixture
def read(signed_in, liaison):
    """Return the sentences of an organisation's history page as a reader reads them."""

    def read(organisation, user=None, **asked):
        response = signed_in(user or liaison).get(f"/history/organisation/{organisation.pk}/", asked)
        assert response.status_code == 200
        lines = re.findall(r"<li>\s*<time[^>]*>.*?</time>\s*<div>(.*?)</div>\s*</li>", response.text, re.DOTALL)
        return [html.unescape(" ".join(re.sub(r"<[^>]+>", "", line).split())) for line in lines]

    return read


def test_a_change_is_told_with_both_values_and_the_reason(read, liaison):
    organisation = OrganisationFactory(name="Labour", tier="REGULAR")
    with acting("change", actor=liaison, reason="Key user for the informality series"):
        Organisation.objects.filter(pk=organisation.pk).update(tier="KEY")

    assert read(organisation) == [
        "Nadia Rahmani changed the importance from Regular to Key. Reason: “Key user for the informality series”",
        "The office created this record.",
    ]


def test_links_are_told_by_name_and_several_changes_together(read, liaison):
    omar, organisation = UserFactory(name="Omar Farouk"), OrganisationFactory(name="Labour")
    above = OrganisationFactory(name="Government")
    changes = {"owner": omar, "parent": above, "is_funder": True, "town": "<b>Telmo</b>"}
    with acting("change", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(**changes)

    assert read(organisation)[0] == (
        "Nadia Rahmani changed 4 things: part of set to Government funds statistics from no to yes "
        "town set to <b>Telmo</b> owner at the office set to Omar Farouk"
    )


def test_what_belongs_to_a_record_is_told_with_it(read, liaison):
    organisation, person = OrganisationFactory(), PersonFactory(name="Lucía Osei", title=None)
    with acting("add", actor=liaison):
        post = Post.objects.create(
            person=person, organisation=organisation, title="Analyst, wages", valid_from=date(2026, 9, 1)
        )
    with acting("end", actor=liaison):
        Post.objects.filter(pk=post.pk).update(valid_to=date(2026, 10, 31))
    with acting("remove", actor=liaison):
        Post.objects.filter(pk=post.pk).delete()

    removed, ended, added, _created = read(organisation)
    assert added.startswith("Nadia Rahmani added the post Analyst, wages.")
    assert "Lucía Osei" in added
    assert "Tue 1 September 2026" in added
    assert ended == "Nadia Rahmani changed the post Analyst, wages: last day set to Sat 31 October 2026" or (
        "set to Sat 31 October 2026" in ended
    )
    assert removed.startswith("Nadia Rahmani removed the post Analyst, wages.")


def test_what_moves_away_is_told_up_to_the_move(read, liaison):
    old, new = OrganisationFactory(name="Old"), OrganisationFactory(name="New")
    address = OrganisationEmail.objects.create(organisation=old, address="desk@old.example")
    with acting("move", actor=liaison):
        OrganisationEmail.objects.filter(pk=address.pk).update(organisation=new)
    with acting("later", actor=liaison):
        OrganisationEmail.objects.filter(pk=address.pk).update(address="desk@new.example")

    assert "organisation from Old to New" in read(old)[0]
    assert "from desk@old.example to desk@new.example" in read(new)[0]
    assert [line for line in read(old) if "desk@new.example" in line] == []


def test_archiving_and_restoring_are_told_as_such(read, liaison):
    from django.utils import timezone

    organisation = OrganisationFactory()
    with acting("archive", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(archived_at=timezone.now())
    with acting("restore", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(archived_at=None)

    assert read(organisation)[:2] == ["Nadia Rahmani restored this record.", "Nadia Rahmani archived this record."]


def test_an_import_is_told_by_its_name_with_the_way_to_all_of_it(read, liaison, monkeypatch):
    monkeypatch.setattr(sentences, "_batches", {})
    history.register_batch("import", lambda pk: (f"Import “file-{pk}.xlsx”", f"/imports/{pk}/"))
    with acting("imports.apply", actor=liaison, batch="import:7"):
        organisation = OrganisationFactory()

    assert read(organisation)[-1] == ("Import “file-7.xlsx” created this record. By Nadia Rahmani. See the whole of it")


def test_who_and_what_can_be_chosen(read, liaison, manager):
    organisation = OrganisationFactory()
    with acting("one", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(town="San Telmo")
    with acting("two", actor=manager):
        OrganisationEmail.objects.create(organisation=organisation, address="desk@labour.example")

    assert [line.split(" ")[0] for line in read(organisation, who=str(manager.pk))] == ["Mona"]
    assert [line.split(" ")[0] for line in read(organisation, who="office")] == ["The"]
    assert [line.split(" ")[0] for line in read(organisation, what="organisationemail")] == ["Mona"]
    assert [line.split(" ")[0] for line in read(organisation, what="organisation")] == ["Nadia", "The"]
    assert len(read(organisation, what="nonsense", who="")) == 3


def test_pages_hold_25_changes_newest_first(read, liaison):
    organisation = OrganisationFactory()
    for number in range(29):
        with acting("change", actor=liaison):
            Organisation.objects.filter(pk=organisation.pk).update(town=f"Town {number}")

    assert len(read(organisation)) == 25
    assert "to Town 28." in read(organisation)[0]
    assert len(read(organisation, page="2")) == 5
    assert read(organisation, page="99") == []
    assert len(read(organisation, page="x")) == 25


def test_a_name_the_reader_may_not_see_is_not_told(read, liaison, monkeypatch):
    organisation, secret = OrganisationFactory(), OrganisationFactory(name="Secret")
    with acting("change", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(parent=secret)
    assert "Secret" in read(organisation)[0]
    monkeypatch.setattr("stakeholders.models.organisation.directory_scope", lambda user: ~Q(name="Secret"))

    assert read(organisation)[0] == "Nadia Rahmani set the part of to a record you cannot see."


def test_children_the_reader_may_not_see_are_not_told(read, liaison):
    organisation = OrganisationFactory()
    OrganisationEmail.objects.create(organisation=organisation, address="open@labour.example")
    OrganisationEmail.objects.create(organisation=organisation, address="secret@labour.example")
    history.register(
        "organisation",
        Organisation,
        "view_directory",
        children=[Child(OrganisationEmail, "organisation", visible=lambda user: ~Q(address__startswith="secret"))],
    )

    told = " ".join(read(organisation))
    assert "open@labour.example" in told
    assert "secret@labour.example" not in told


def test_the_capability_of_the_kind_and_its_rows_hold(as_role, office, signed_in, expert):
    organisation = OrganisationFactory()

    assert as_role("statistician").get(f"/history/organisation/{organisation.pk}/").status_code == 200
    assert signed_in(expert).get(f"/history/organisation/{organisation.pk}/").status_code == 403
    assert as_role("statistician").get(f"/history/organisation/{organisation.pk + 1}/").status_code == 404
    assert as_role("statistician").get(f"/history/nothing/{organisation.pk}/").status_code == 404
    assert as_role(None).get(f"/history/organisation/{organisation.pk}/").status_code == 302


def test_the_tab_shows_the_newest_and_the_way_to_the_rest(liaison, expert):
    organisation = OrganisationFactory()
    shown = panels.open_tab("organisation", organisation, liaison, "history")

    assert shown.content["in_tab"] is True
    assert [line.verb for line in shown.content["history"].lines] == ["created"]
    assert panels.open_tab("organisation", organisation, expert, "history") is None


def test_the_page_takes_the_same_queries_for_1_and_24_changes(signed_in, liaison, django_assert_num_queries):
    client = signed_in(liaison)
    counts = []
    for rows in (1, 1, 24):  # the first visit also fills what is remembered between requests
        organisation = OrganisationFactory()
        for number in range(rows):
            with acting("change", actor=liaison):
                Organisation.objects.filter(pk=organisation.pk).update(owner=UserFactory(), town=str(number))
                OrganisationEmail.objects.create(organisation=organisation, address=f"{number}@labour.example")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/history/organisation/{organisation.pk}/")
        counts.append(len(captured))

    assert counts[1] == counts[2]
    with django_assert_num_queries(13):
        history.read(history.kind_of("organisation"), organisation, liaison)


def test_the_last_change_is_known(liaison):
    organisation = OrganisationFactory()
    with acting("change", actor=liaison):
        Organisation.objects.filter(pk=organisation.pk).update(town="San Telmo")

    assert history.last_change(organisation)[0] == "Nadia Rahmani"
    assert history.last_change(Organisation(name="Not saved")) is None
    assert history.last_change(object()) is None
