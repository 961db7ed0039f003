"""Needs: raised, decided with a reason, answered to everybody who raised them, and told to the public."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from i18nfield.strings import LazyI18nString

from feedback import priority
from feedback.actions import need as actions
from feedback.actions import request as requests
from feedback.actions import response as responses
from feedback.listings.need import STAGES, with_priority
from feedback.models import DataNeed, DataRequest, NeedAnswer, NeedRaiser, PublishedResponse
from nso_contacts.mail import delivery
from nso_contacts.office import clock
from stakeholders.merge_rules import rules_for
from tests.factories import (
    ExpertAssignmentFactory,
    OrganisationFactory,
    PersonFactory,
    WorkshopFactory,
    domain,
    log_contact,
)
from tests.markup import tight

pytestmark = pytest.mark.django_db
Status, Stage, Decision = DataNeed.Status, NeedAnswer.Stage, DataNeed.Decision
ACCEPTED = {"decision": "ACCEPTED", "decision_reason": "A law asks for it."}


@pytest.fixture
def make_need(liaison):
    """A need raised by somebody; `raiser` says by whom."""

    def make(title="Monthly labour indicators", *, person=None, domains=(), **fields):
        raiser = NeedRaiser(person=person or PersonFactory(), raised_on=clock.today())
        return actions.raise_need(DataNeed(title=title, **fields), raiser, domains=domains, actor=liaison)

    return make


def tell(raiser, stage=Stage.DECIDED, way="MEETING", **values):
    return actions.tell(raiser, stage=stage, way=way, text="It is planned for 2027.", **values)


# Deciding ------------------------------------------------------------------------------------------------------------


def test_a_need_gets_a_reference_and_waits(signed_in, liaison, office):
    person = PersonFactory(name="Amina Haddad")
    answer = signed_in(liaison).post("/needs/new/", FORM | {"person": person.pk, "domains": [domain("1.2").pk]})
    assert answer.status_code == 302
    need = DataNeed.objects.get()
    assert (need.status, need.raisers.get().person) == (Status.RAISED, person)
    assert need.reference.startswith("N-")
    assert list(need.domains.all()) == [domain("1.2")]


FORM = {
    "title": "Monthly labour indicators",
    "horizon": "CURRENT",
    "coverage": "UNMET",
    "importance": "3",
    "feasibility": "8",
    "raised_on": "2026-11-02",
}


def test_a_decision_without_its_reason_is_refused_by_the_page(signed_in, manager, make_need):
    need = make_need()
    client = signed_in(manager)
    answer = client.post(f"/needs/{need.pk}/decide/", {"decision": "REJECTED", "decision_reason": ""})
    assert answer.status_code == 422
    assert "Give the reason for the decision." in answer.content.decode()
    need.refresh_from_db()
    assert (need.status, need.decision) == (Status.RAISED, "")
    assert client.post(f"/needs/{need.pk}/decide/", ACCEPTED).status_code == 302
    need.refresh_from_db()
    assert (need.status, need.decided_by, need.decision_number) == (Status.DECIDED, manager, 1)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"title": ""}, "need_has_a_title"),
        ({"decision": "ACCEPTED"}, "need_decided_with_reason"),
        ({"status": "CLOSED"}, "need_past_review_has_a_decision"),
        ({"priority_override": 90}, "need_priority_override_has_a_reason"),
        ({"priority_override": 101, "priority_reason": "Minister"}, "need_priority_override_has_a_reason"),
    ],
)
def test_the_database_refuses_what_cannot_be(make_need, values, constraint):
    need = make_need()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DataNeed.objects.filter(pk=need.pk).update(**values)


def test_the_database_refuses_a_raiser_who_is_nobody(make_need):
    need = make_need()
    with pytest.raises(IntegrityError, match="needraiser_is_somebody"), transaction.atomic():
        NeedRaiser.objects.create(need=need, raised_on=clock.today())


@pytest.mark.parametrize("who", ["person", "organisation"])
def test_nobody_is_added_twice_to_those_who_raised_a_need(signed_in, liaison, make_need, who):
    need = make_need()
    record = {"person": PersonFactory, "organisation": OrganisationFactory}[who]()
    client, path = signed_in(liaison), f"/needs/{need.pk}/support/"
    form = {who: record.pk, "raised_on": "2026-11-02", "quote": "Monthly, please"}
    assert client.post(path, form).status_code == 302
    again = client.post(path, form | {"quote": "As I said"})
    page = again.content.decode()
    assert again.status_code == 422
    assert f"This {who} is on the list of those who raised the need already." in page
    assert "As I said" in page
    assert need.raisers.filter(**{who: record}).count() == 1
    with pytest.raises(IntegrityError, match=f"needraiser_{who}_once"), transaction.atomic():
        NeedRaiser.objects.create(need=need, raised_on=clock.today(), **{who: record})


def test_two_people_of_one_organisation_may_both_raise_a_need(liaison, make_need):
    ministry = OrganisationFactory()
    need = make_need(person=PersonFactory(organisation=ministry))
    need.raisers.update(organisation=ministry)
    for person in (PersonFactory(organisation=ministry), None):
        row = NeedRaiser(person=person, organisation=ministry, raised_on=clock.today())
        actions.support(need, row, actor=liaison)
    assert need.raisers.filter(organisation=ministry).count() == 3


def test_only_who_decides_may_decide(signed_in, statistician, liaison, manager, make_need):
    need = make_need(owner=liaison)
    for user in (statistician, liaison):
        assert signed_in(user).post(f"/needs/{need.pk}/decide/", ACCEPTED).status_code == 403
    decide = f"/needs/{need.pk}/decide/"
    assert decide not in signed_in(liaison).get(f"/needs/{need.pk}/").content.decode()
    assert decide in signed_in(manager).get(f"/needs/{need.pk}/").content.decode()


# Closing -------------------------------------------------------------------------------------------------------------


def test_a_need_cannot_close_before_everybody_was_told(signed_in, manager, make_need):
    need = make_need()
    second = actions.support(
        need, NeedRaiser(person=PersonFactory(name="Leila"), raised_on=clock.today()), actor=manager
    )
    first = need.raisers.exclude(pk=second.pk).get()
    client = signed_in(manager)
    path = f"/needs/{need.pk}/close/"
    assert "A need closes when it is delivered" in client.post(path).content.decode()
    actions.decide(need, **ACCEPTED, actor=manager)
    tell(first, actor=manager)
    tell(second, actor=manager)
    assert "A need closes when it is delivered" in client.post(path).content.decode()
    actions.meet(need, actor=manager)
    tell(first, Stage.MET, actor=manager)
    refused = client.post(path).content.decode()
    assert "Not everybody who raised it was told yet: Leila." in refused
    tell(second, Stage.MET, actor=manager)
    assert client.post(path).status_code == 302
    need.refresh_from_db()
    assert (need.status, need.closed_at is not None) == (Status.CLOSED, True)


def test_a_new_decision_has_to_be_told_again(manager, make_need):
    need = make_need()
    raiser = need.raisers.get()
    actions.decide(need, decision="REJECTED", decision_reason="No source.", actor=manager)
    tell(raiser, actor=manager)
    actions.decide(need, decision="DEFERRED", decision_reason="After the census.", actor=manager)
    with pytest.raises(ValidationError, match="Not everybody"):
        actions.close(need, actor=manager)
    tell(raiser, actor=manager)
    assert actions.close(need, actor=manager).status == Status.CLOSED


def test_a_need_that_nobody_is_named_for_closes_without_an_answer(manager, liaison):
    need = actions.raise_need(DataNeed(title="Wages by month"), None, actor=liaison)
    assert need.requester_unknown
    actions.decide(need, decision="REJECTED", decision_reason="No source.", actor=manager)
    assert actions.close(need, actor=manager).status == Status.CLOSED


def test_delivery_cannot_be_told_before_it_is_delivered(manager, make_need):
    need = make_need()
    with pytest.raises(ValidationError, match="Decide on the need first"):
        tell(need.raisers.get(), actor=manager)
    actions.decide(need, **ACCEPTED, actor=manager)
    with pytest.raises(ValidationError, match="not delivered yet"):
        tell(need.raisers.get(), Stage.MET, actor=manager)


# Answering -----------------------------------------------------------------------------------------------------------


def test_an_answer_is_mailed_once(signed_in, liaison, manager, make_need, smtp_sink):
    need = make_need(person=PersonFactory(name="Amina Haddad", email="amina@labour.example"))
    actions.decide(need, **ACCEPTED, actor=manager)
    path = f"/needs/raised/{need.raisers.get().pk}/answer/"
    client = signed_in(liaison)
    assert "Our decision: Accepted. A law asks for it." in client.get(path).content.decode()
    values = {"way": "EMAIL", "text": "We will publish it monthly.", "told_on": "2026-11-20"}
    assert client.post(path, values).status_code == 302
    again = client.post(path, values)
    assert again.status_code == 422
    assert "They have been told of this already." in again.content.decode()
    delivery.run()
    delivery.run()
    [message] = smtp_sink.messages
    assert message["Subject"].strip() == f"{need.reference}: what became of “Monthly labour indicators”"
    assert message.envelope_to == ["amina@labour.example"]
    assert "We will publish it monthly." in message.get_body(("plain",)).get_content()


def test_without_an_address_nothing_is_said_to_be_sent(signed_in, liaison, manager, make_need):
    need = make_need(person=PersonFactory(email=""))
    actions.decide(need, **ACCEPTED, actor=manager)
    path = f"/needs/raised/{need.raisers.get().pk}/answer/"
    answer = signed_in(liaison).post(path, {"way": "EMAIL", "text": "Hello", "told_on": "2026-11-20"})
    assert answer.status_code == 422
    assert "There is no e-mail address that works." in answer.content.decode()
    assert not NeedAnswer.objects.exists()


def test_what_is_typed_is_shown_as_it_was_typed(signed_in, liaison, make_need):
    need = make_need("<script>alert(1)</script>", description="<b>bold</b>")
    page = signed_in(liaison).get(f"/needs/{need.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;bold" in page


# Where needs come from -----------------------------------------------------------------------------------------------


@pytest.fixture
def raised_through(liaison, expert):
    """A contact, a workshop and a request of one person."""
    person = PersonFactory(name="Amina Haddad", user=expert)
    record = DataRequest(requester=person, organisation=person.posts.get().organisation, subject="Births")
    return {
        "interaction": log_contact(liaison, person),
        "event": WorkshopFactory(organiser=liaison),
        "request": requests.submit(record, actor=expert),
    }


@pytest.mark.parametrize("kind", ["interaction", "event", "request"])
def test_a_need_is_raised_through_a_record(signed_in, liaison, raised_through, kind):
    record = raised_through[kind]
    client = signed_in(liaison)
    there = client.get(record.get_absolute_url()).content.decode()
    assert f"/needs/new/?{kind}={record.pk}" in there
    path = f"/needs/new/?{kind}={record.pk}"
    form = client.get(path).content.decode()
    assert ("Amina Haddad" in form) == (kind != "event")
    answer = client.post(path, FORM | {"person": PersonFactory().pk})
    assert answer.status_code == 302
    assert getattr(NeedRaiser.objects.get(), kind) == record
    assert "Monthly labour indicators" in client.get(record.get_absolute_url()).content.decode()


def test_a_need_through_a_foreign_record_does_not_exist(signed_in, statistician, raised_through, office):
    record = raised_through["request"]
    assert signed_in(statistician).get(f"/needs/new/?request={record.pk}").status_code == 404
    assert signed_in(statistician).get("/needs/new/?request=99999999999999999999").status_code == 200


def test_a_restricted_contact_shows_on_no_need(signed_in, liaison, statistician, make_user):
    other = make_user("liaison", email="other@nso.example")
    contact = log_contact(other, PersonFactory(), subject="Secret talks", restricted=True)
    need = actions.raise_need(
        DataNeed(title="Wages", owner=statistician),
        NeedRaiser(person=PersonFactory(), interaction=contact, raised_on=clock.today()),
        actor=other,
    )
    assert contact.get_absolute_url() in signed_in(other).get(f"/needs/{need.pk}/").content.decode()
    page = signed_in(statistician).get(f"/needs/{need.pk}/")
    assert page.status_code == 200
    assert contact.get_absolute_url() not in page.content.decode()
    assert "Secret talks" not in page.content.decode()


def test_a_statistician_sees_the_needs_of_their_domains(signed_in, statistician, make_need):
    ExpertAssignmentFactory(user=statistician, domain=domain("1"))
    near, far = make_need("Near", domains=[domain("1.2")]), make_need("Far", domains=[domain("2.1")])
    client = signed_in(statistician)
    assert client.get(f"/needs/{near.pk}/").status_code == 200
    assert client.get(f"/needs/{far.pk}/").status_code == 404
    page = client.get("/needs/").content.decode()
    assert "Near" in page
    assert "Far" not in page
    assert client.post(f"/needs/{near.pk}/confirm/").status_code == 404


# Priority and lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("supporters", [1, 3, 7])
@pytest.mark.parametrize("days", [None, -10, 365, 366, 730, 731])
def test_the_list_sorts_by_the_points_the_page_shows(make_need, supporters, days, liaison):
    needed_by = None if days is None else clock.today() + timedelta(days=days)
    need = make_need(needed_by=needed_by, importance=4, is_legal_obligation=True, feasibility=15)
    for _number in range(supporters - 1):
        actions.support(need, NeedRaiser(person=PersonFactory(), raised_on=clock.today()), actor=liaison)
    need.refresh_from_db()
    points = priority.total(need, supporters, clock.today())
    assert with_priority(DataNeed.objects.all()).get().points == points
    assert 0 <= points <= 100


@pytest.mark.parametrize("path", ["/needs/", "/responses/"])
def test_the_lists_do_not_ask_more_for_more_rows(signed_in, liaison, make_need, path):
    def more(count):
        for number in range(count):
            need = make_need(f"Need {number}", domains=[domain("1.2")], owner=liaison)
            responses.write(response(domain=domain("1.2")), needs=[need], actor=liaison)

    more(1)
    client = signed_in(liaison)
    before = queries(client, path)
    more(29)
    assert queries(client, path) == before


def queries(client, path):
    """How many statements a page takes, the second time it is opened."""
    client.get(path)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(path).status_code == 200
    return len(counted)


def test_the_page_of_a_need_does_not_ask_more_for_more_raisers(signed_in, liaison, make_need):
    need = make_need()

    def more(count):
        for _number in range(count):
            contact = log_contact(liaison, person := PersonFactory())
            raiser = NeedRaiser(person=person, interaction=contact, raised_on=clock.today())
            actions.support(need, raiser, actor=liaison)

    more(1)
    client = signed_in(liaison)
    before = queries(client, f"/needs/{need.pk}/")
    more(20)
    assert queries(client, f"/needs/{need.pk}/") == before


# Merging -------------------------------------------------------------------------------------------------------------


def test_two_records_of_one_raiser_become_one_with_every_answer(manager, make_need):
    stays, goes = PersonFactory(), PersonFactory()
    need = make_need(person=stays)
    second = actions.support(need, NeedRaiser(person=goes, quote="Monthly!", raised_on=clock.today()), actor=manager)
    actions.decide(need, **ACCEPTED, actor=manager)
    tell(second, actor=manager)
    for rule in rules_for(stays):
        if rule.link[0] == "feedback.needraiser":
            rule.move(stays, goes)
    raiser = need.raisers.get()
    assert (raiser.person, raiser.quote, raiser.answers.count()) == (stays, "Monthly!", 1)


def test_two_organisations_that_raised_one_need_become_one_with_every_answer(manager, make_need):
    stays, goes = OrganisationFactory(), OrganisationFactory()
    need = make_need()
    first, second = (
        actions.support(need, NeedRaiser(organisation=one, raised_on=clock.today()), actor=manager)
        for one in (stays, goes)
    )
    actions.decide(need, **ACCEPTED, actor=manager)
    tell(second, actor=manager)
    for rule in rules_for(stays):
        if rule.link == ("feedback.needraiser", "organisation"):
            rule.move(stays, goes)
    raiser = need.raisers.get(person=None)
    assert (raiser.pk, raiser.organisation, raiser.answers.count()) == (first.pk, stays, 1)


# Responses -----------------------------------------------------------------------------------------------------------


def response(title="District figures", **fields):
    values = {"title": title, "said": "Districts, please.", "did": "They are published."} | fields
    return PublishedResponse(
        **{k: LazyI18nString({"en": v}) if k in ("title", "said", "did") else v for k, v in values.items()}
    )


def test_a_response_is_refused_while_a_language_is_missing(signed_in, manager, office):
    office.languages = ["en", "fr"]
    office.save()
    client = signed_in(manager)
    texts = {"title_en": "District figures", "said_en": "Districts, please.", "did_en": "They are published."}
    answer = client.post("/responses/new/", texts)
    assert answer.status_code == 302
    record = PublishedResponse.objects.get()
    refused = client.post(f"/responses/{record.pk}/publish/")
    assert refused.status_code == 422
    assert "These languages of the office are missing: fr." in refused.content.decode()
    more = {"title_fr": "Chiffres", "said_fr": "Les districts", "did_fr": "Ils sont publiés."}
    assert client.post(f"/responses/{record.pk}/edit/", version_of(record) | texts | more).status_code == 302
    assert client.post(f"/responses/{record.pk}/publish/").status_code == 302
    record.refresh_from_db()
    assert (record.published_by, record.published_at is not None) == (manager, True)


def test_a_published_response_does_not_lose_a_language(signed_in, manager, office):
    record = responses.write(response(), actor=manager)
    responses.publish(record, actor=manager)
    office.languages = ["en", "fr"]
    office.save()
    values = version_of(record) | {"title_en": "Changed", "said_en": "Districts", "did_en": "Published"}
    answer = signed_in(manager).post(f"/responses/{record.pk}/edit/", values)
    assert answer.status_code == 422
    assert "These languages of the office are missing: fr." in answer.content.decode()
    record.refresh_from_db()
    assert str(record.title) == "District figures"


def test_two_who_edit_a_response_see_both_versions(signed_in, manager, office):
    record = responses.write(response(), actor=manager)
    values = version_of(record) | {"title_en": "Mine", "said_en": "Districts, please.", "did_en": "They are published."}
    record.title = LazyI18nString({"en": "Theirs"})
    responses.write(record, actor=manager)
    answer = signed_in(manager).post(f"/responses/{record.pk}/edit/", values)
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert "Mine" in answer.content.decode()


def version_of(record):
    """What the form of a record sends along."""
    record.refresh_from_db()
    return {"revision": record.revision}


def test_the_public_page_shows_only_what_is_published(client, manager, office):
    shown, _hidden = (responses.write(response(title), actor=manager) for title in ("For everybody", "A draft"))
    responses.publish(shown, actor=manager)
    page = client.get("/engagement/")
    assert page.status_code == 200
    assert "For everybody" in page.content.decode()
    assert "A draft" not in page.content.decode()
    responses.unpublish(shown, actor=manager)
    assert "For everybody" not in client.get("/engagement/").content.decode()


def test_only_a_manager_publishes(signed_in, liaison, expert, manager, office):
    record = responses.write(response(), actor=manager)
    for user in (liaison, expert):
        assert signed_in(user).post(f"/responses/{record.pk}/publish/").status_code == 403
    record.refresh_from_db()
    assert record.published_at is None


def steps(page):
    """The steps of a need as (words, done, current)."""
    return [(str(step.title), step.done, step.current) for step in page.context["stages"]]


def test_a_need_shows_how_far_it_has_come(signed_in, manager, make_need):
    need = make_need()
    client = signed_in(manager)
    assert steps(client.get(need.get_absolute_url())) == [
        ("Recorded", False, True),
        ("Under review", False, False),
        ("Planned", False, False),
        ("Delivered", False, False),
    ]
    planned = {"promised_on": clock.today() + timedelta(days=90), "programme_reference": "2027, line 3"}
    actions.decide(need, decision=Decision.ACCEPTED, decision_reason="Many ask", actor=manager, **planned)
    page = client.get(need.get_absolute_url())
    assert [done for _words, done, _current in steps(page)] == [True, True, False, False]
    assert f"{page.context['need'].decided_by}</li>" in tight(page)
    actions.meet(need, actor=manager)
    assert all(done for _words, done, _current in steps(client.get(need.get_absolute_url())))


def test_a_need_that_was_turned_down_is_not_delivered_when_it_closes(signed_in, manager, make_need):
    need = make_need()
    actions.decide(need, decision=Decision.REJECTED, decision_reason="The sample is too small", actor=manager)
    tell(need.raisers.get(), actor=manager)
    actions.close(need, actor=manager)
    need.refresh_from_db()
    client = signed_in(manager)
    page = client.get(need.get_absolute_url())
    assert [words for words, done, _current in steps(page) if done] == ["Recorded", "Under review", "Not planned"]
    assert "has not been answered" not in page.text
    assert not DataNeed.objects.owing_answers().exists()
    found = {stage: client.get(f"/needs/?stage={stage}").context["listing"].count.number for stage in STAGES}
    assert [stage for stage, number in found.items() if number] == ["not_planned"]
