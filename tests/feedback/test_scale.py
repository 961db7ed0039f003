"""An office at scale: the small one is loaded, and everything that the database would refuse is looked for in it."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Q
from django.test import Client, override_settings
from django.urls import reverse

from feedback.clock import clock_of
from feedback.models import Answer, DataNeed, DataRequest, Enquiry, FrameMember, Response
from feedback.scale.size import SIZES, YEARS
from nso_contacts.accounts.demonstration import PASSWORD
from nso_contacts.accounts.models import User
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Office
from stakeholders.actions import cadence
from stakeholders.models import (
    Committee,
    ExpertAssignment,
    FocalPoint,
    Interaction,
    Organisation,
    Participant,
    Person,
    PersonEmail,
    Post,
    StatisticalDomain,
    UserGroup,
    UserGroupMembership,
)
from workshops.models import Event, Invitation

SMALL = SIZES["small"]
PAST = Q(status__in=["FOLLOW_UP", "REPORTED", "CLOSED", "CANCELLED"])

GUARDS = {
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, condeferrable
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
}


def guards():
    """Everything in the database that keeps its rows right, as the catalogue tells it."""
    with connection.cursor() as cursor:
        found = {}
        for kind, sql in GUARDS.items():
            cursor.execute(sql)
            found[kind] = sorted(map(without_casts, cursor.fetchall()))
    return found


def without_casts(row):
    """A row of the catalogue; PostgreSQL writes `IN ('a', 'b')` with other casts when it reads its own writing."""
    return tuple(re.sub(r"[()]|::(text|character varying)(\[\])?", "", str(value)) for value in row)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Load it once for the tests of this file, and leave the database as it was; what guarded it before is returned."""
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=hasher):
        outer = transaction.atomic()
        outer.__enter__()
        try:
            before = guards()
            call_command("load_scale", "small", verbosity=0)
            yield before
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def answer(sql):
    """What the database says to a question with one answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def share(part, whole):
    return part / whole


# How much ---------------------------------------------------------------------------------------------------------


def test_it_is_as_large_as_a_small_office(loaded, db):
    outside = Person.objects.active().exclude(posts__organisation__in=Organisation.objects.filter(code=""))
    counted = {
        "users": User.objects.count(),
        "organisations": Organisation.objects.exclude(code="").count(),
        "people": outside.count(),
        "focal points": FocalPoint.objects.count(),
        "experts": ExpertAssignment.objects.count(),
        "groups": UserGroup.objects.count(),
        "memberships": UserGroupMembership.objects.count(),
        "committees": Committee.objects.count(),
        "interactions": Interaction.objects.count(),
        "requests": DataRequest.objects.count() + Enquiry.objects.count(),
        "workshops": Event.objects.filter(PAST).count(),
        "frame": FrameMember.objects.count(),
        "needs": DataNeed.objects.count(),
        "messages": Message.objects.count(),
    }
    assert counted == {
        "users": SMALL.users,
        "organisations": SMALL.organisations,
        "people": SMALL.people,
        "focal points": SMALL.focal_points,
        "experts": SMALL.experts,
        "groups": SMALL.groups,
        "memberships": SMALL.memberships,
        "committees": SMALL.committees,
        "interactions": SMALL.interactions * YEARS,
        "requests": SMALL.requests * YEARS,
        "workshops": SMALL.workshops * YEARS,
        "frame": SMALL.survey_invitations * YEARS,
        "needs": SMALL.needs * YEARS,
        "messages": SMALL.messages,
    }


def test_answers_are_as_many_as_people_give(loaded, db):
    responses = Response.objects.count()
    assert responses == pytest.approx(SMALL.survey_responses * YEARS, rel=0.05)
    assert Answer.objects.count() / responses == pytest.approx(25, rel=0.15)
    assert Invitation.objects.filter(event__in=Event.objects.filter(PAST)).count() == pytest.approx(
        SMALL.invitations * YEARS, rel=0.02
    )


def test_some_are_met_much_more_often_than_others(loaded, db):
    outside = Participant.objects.outside()
    for column, part, expected in (("organisation", 0.05, 0.5), ("person", 0.10, 0.6)):
        counts = outside.exclude(**{column: None}).order_by().values(column).annotate(n=Count("pk"))
        numbers = sorted((row["n"] for row in counts), reverse=True)
        known = {"organisation": SMALL.organisations, "person": SMALL.people}[column]
        assert share(sum(numbers[: round(known * part)]), sum(numbers)) == pytest.approx(expected, abs=0.08), column


def test_one_ministry_has_to_do_with_every_domain(loaded, db):
    finance = Organisation.objects.get(name="Ministry of Finance and Planning")
    domains = StatisticalDomain.objects.current()
    assert not domains.exclude(expert_assignments__organisation=finance).exists()
    assert finance.focal_points.values("domain").distinct().count() > 0.9 * domains.count()


def test_some_people_are_in_it_twice_and_desks_share_an_address(loaded, db):
    twice = PersonEmail.objects.order_by().values("address").annotate(n=Count("person")).filter(n__gt=1)
    assert twice.exists()
    initials = Person.objects.filter(name__regex=r"^\S\. ").count()
    assert 0.01 < share(initials, SMALL.people) < 0.08
    assert Person.objects.exclude(native_name="").values("native_language").distinct().count() >= 5
    assert Post.objects.filter(valid_to__isnull=False).count() > SMALL.people / 5


def test_on_release_days_three_times_as_much_is_asked(loaded, db):
    counts = sorted(
        DataRequest.objects.order_by().values("received_at__date").annotate(n=Count("pk")).values_list("n", flat=True)
    )
    busiest = counts[-2 * 12 * YEARS :]
    usual = counts[: -2 * 12 * YEARS]
    assert sum(busiest) / len(busiest) > 2 * sum(usual) / len(usual)


# Whether it is right ----------------------------------------------------------------------------------------------


def test_what_guards_the_database_is_back(loaded, db):
    now = guards()
    for kind in GUARDS:
        assert now[kind] == loaded[kind]
    assert {validated for *_rest, validated, _deferrable in now["constraints"]} == {"True"}


def test_no_foreign_key_leads_nowhere(loaded, db):
    """PostgreSQL said so when the keys were made again; asked once more, because everything rests on it."""
    connection.check_constraints()


RULES = {
    "no organisation is above itself": """
        WITH RECURSIVE above(start, id) AS (SELECT id, parent_id FROM stakeholders_organisation WHERE parent_id > 0
            UNION SELECT start, parent_id FROM above JOIN stakeholders_organisation USING (id) WHERE parent_id > 0)
        SELECT count(*) FROM above WHERE start = id""",
    "a focal point holds a post there on every day": """
        SELECT count(*) FROM stakeholders_focalpoint WHERE NOT isempty(focal_point_gap(id))""",
    "search text of people is what their trigger writes": """
        WITH before AS MATERIALIZED (SELECT id, search_text FROM stakeholders_person),
        after AS (UPDATE stakeholders_person SET search_text = '' RETURNING id, search_text)
        SELECT count(*) FROM before JOIN after USING (id) WHERE before.search_text <> after.search_text""",
    "search text of organisations is what their trigger writes": """
        WITH before AS MATERIALIZED (SELECT id, search_text FROM stakeholders_organisation),
        after AS (UPDATE stakeholders_organisation SET search_text = '' RETURNING id, search_text)
        SELECT count(*) FROM before JOIN after USING (id) WHERE before.search_text <> after.search_text""",
    "every contact is found by its text": "SELECT count(*) FROM stakeholders_interaction WHERE search_text = ''",
    "every request is found by its text": "SELECT count(*) FROM feedback_datarequest WHERE search_text = ''",
    "every need is found by its text": "SELECT count(*) FROM feedback_dataneed WHERE search_text = ''",
    "every workshop is found by its text": "SELECT count(*) FROM workshops_event WHERE search_text = ''",
    "participants have the moment of their contact": """
        SELECT count(*) FROM stakeholders_participant p JOIN stakeholders_interaction i ON i.id = p.interaction_id
        WHERE p.occurred_at <> i.occurred_at""",
    "attendance has the start of its workshop": """
        SELECT count(*) FROM workshops_attendance a JOIN workshops_event e ON e.id = a.event_id
        WHERE a.occurred_at <> e.start""",
    "somebody from the office took part in each contact": """
        SELECT count(*) FROM stakeholders_interaction i WHERE NOT EXISTS (SELECT FROM stakeholders_participant p
            JOIN stakeholders_person h ON h.id = p.person_id
            WHERE p.interaction_id = i.id AND p.side = 'INSIDE' AND h.user_id = i.author_id)""",
    "a frame is as large as its wave says": """
        SELECT count(*) FROM feedback_surveywave w
        WHERE population <> (SELECT count(*) FROM feedback_framemember WHERE wave_id = w.id)""",
    "only those answered who are counted so": """
        SELECT count(*) FROM feedback_framemember m
        WHERE (disposition = 'COMPLETE') <> EXISTS (SELECT FROM feedback_response WHERE member_id = m.id)""",
    "nobody answers before they are asked": """
        SELECT count(*) FROM feedback_response r JOIN feedback_framemember m ON m.id = r.member_id
            JOIN feedback_surveywave w ON w.id = m.wave_id WHERE r.submitted_at::date < w.opened_at::date""",
    "nothing happens after today": """
        SELECT (SELECT count(*) FROM stakeholders_interaction WHERE occurred_at > clock_timestamp())
            + (SELECT count(*) FROM feedback_datarequest
                WHERE greatest(received_at, delivered_at, closed_at) > clock_timestamp())
            + (SELECT count(*) FROM workshops_attendance WHERE occurred_at > clock_timestamp())""",
    "references count on": """
        SELECT count(*) FROM office_officecounter c WHERE kind = 'DR' AND last <>
            (SELECT count(*) FROM feedback_datarequest WHERE reference LIKE 'DR-' || c.year || '-%')""",
    "there is no history": "SELECT count(*) FROM stakeholders_personevent",
    "messages are about records that exist": """
        SELECT count(*) FROM mail_message m JOIN django_content_type t ON t.id = m.subject_type_id
        WHERE t.model = 'invitation' AND NOT EXISTS (SELECT FROM workshops_invitation WHERE id = m.subject_id)""",
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_for_every_row(loaded, db, rule):
    assert answer(RULES[rule]) == 0


def test_dates_of_contacts_need_no_rebuilding(loaded, db):
    assert list(cadence.rebuild()) == []
    assert Person.objects.filter(next_due_on__isnull=False, last_substantive_on__isnull=False).exists()


def test_due_dates_of_requests_are_those_the_clock_counts(loaded, db):
    every_tenth = DataRequest.objects.filter(Q(pk__endswith="7") | Q(status__in=DataRequest.OPEN))
    for request in every_tenth.prefetch_related("pauses"):
        assert request.due_on == clock_of(request).due_on, request


def test_new_rows_are_numbered_after_those_loaded(loaded, db):
    for model in (Person, Interaction, Message):
        last = model.objects.order_by("pk").last()
        table = connection.ops.quote_name(model._meta.db_table)
        assert answer(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))") > last.pk


def test_nothing_is_waiting_to_be_sent(loaded, db):
    assert not Message.objects.filter(state__in=["queued", "sending", "held"]).exists()
    assert not Message.objects.due(Office.objects.get().set_up_at).exists()
    assert ContentType.objects.get_for_model(Person).pk == Message.objects.first().recipient_type_id


# Whether it can be used -------------------------------------------------------------------------------------------

PAGES = {
    "liaison": [
        "/",
        "/organisations/",
        "/people/",
        "/people/?q=silva",
        "/people/?page=9",
        "/interactions/",
        "/tasks/",
        "/groups/",
        "/committees/",
        "/products/",
        "/workshops/",
        "/requests/",
        "/enquiries/",
        "/needs/",
        "/surveys/",
        "/insight/satisfaction/",
        "/messages/",
        "/search/?q=haddad",
    ],
    "manager": ["/", "/needs/", "/insight/satisfaction/"],
    "statistician": ["/", "/requests/", "/needs/"],
    "admin": ["/", "/settings/users/", "/messages/"],
}


def signed_in(email):
    client = Client()
    told = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert told.status_code == 302, told.content.decode()
    return client


@pytest.mark.parametrize("who", PAGES)
def test_the_main_pages_answer(loaded, db, who):
    client = signed_in(f"{who}@nso.example")
    assert {page: client.get(page).status_code for page in PAGES[who]} == dict.fromkeys(PAGES[who], 200)


def test_records_answer(loaded, db):
    client = signed_in("liaison@nso.example")
    busiest = Participant.objects.outside().order_by().values("organisation").annotate(n=Count("pk")).order_by("-n")
    records = [
        Organisation.objects.get(pk=busiest[0]["organisation"]),
        Person.objects.filter(posts__valid_to__isnull=False).first(),
        Interaction.objects.last(),
        Event.objects.filter(status="INVITING").first(),
        DataRequest.objects.filter(status="DISCLOSURE_CHECK").first() or DataRequest.objects.last(),
        DataNeed.objects.last(),
    ]
    assert {str(record): client.get(record.get_absolute_url()).status_code for record in records} == {
        str(record): 200 for record in records
    }


def test_a_ministry_expert_sees_the_requests_of_their_ministry(loaded, db):
    client = signed_in("expert@health.example")
    assert DataRequest.objects.in_portal_of(User.objects.get(email="expert@health.example")).exists()
    assert client.get("/portal/").status_code == 200


def test_loading_it_twice_does_nothing(loaded, db, capsys):
    before = Interaction.objects.count()
    call_command("load_scale", "small")
    assert "already" in capsys.readouterr().out
    assert Interaction.objects.count() == before
