"""The settings pages and the first run, through the browser's own requests."""

import re
import struct
import zlib
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from nso_contacts.accounts.models import User
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Holiday, Office, RequestTarget
from nso_contacts.office.views import PARTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def png(width=2, height=2):
    """Make a small picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\0\0\0" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def send(client, url, **data):
    """Post a form as it stands, with changes."""
    form = client.get(url).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        if value not in (None, False) and field.name not in data:
            sent[field.name] = value.strftime("%H:%M") if hasattr(value, "strftime") else value
    return client.post(url, {**sent, **data})


def part(key):
    return reverse("office:part", args=[key])


# The page that tells them --------------------------------------------------------------------------------------------


def test_every_setting_is_told_in_words(admin):
    page = admin.get(reverse("office:settings")).content.decode()
    for words in (
        "Monday to Friday, 09:00–17:00; after 16:00 the next working day counts",
        "Acknowledge in 1 working day, answer in 7",
        "Ministries every 30 days, agencies 60, others 90; changed per organisation",
        "5 answers, in every page, table and export",
        "A code from an app is offered to everybody, required of nobody",
        "Acknowledge in 1 working day, decide or quote in 3, deliver in 10",
    ):
        assert words in page
    assert len(re.findall('<div class="set', page)) == len(PARTS) + RequestTarget.objects.count()


def test_settings_lead_to_the_first_tab_one_may_open(admin, as_role):
    assert admin.get("/settings/").url == "/settings/office/"
    assert as_role("liaison").get("/settings/").status_code == 403


@pytest.mark.parametrize("key", list(PARTS))
def test_each_line_opens_a_form_that_saves_what_it_shows(admin, key):
    answer = send(admin, part(key))
    assert (answer.status_code, answer.url) == (302, "/settings/office/")


def test_an_unknown_line_is_not_found(admin):
    assert admin.get(part("no-such-line")).status_code == 404


def test_the_name_changes_everywhere(admin, client):
    send(admin, part("name"), name="Bureau of Statistics", country="Republic of Marenda", short_name="BOS")
    assert "Bureau of Statistics" in client.get(reverse("account_login")).content.decode()


def test_languages_keep_the_first_one_first(admin):
    send(admin, part("languages"), languages=["en", "fr", "ar"], first="fr")
    assert Office.objects.get().languages == ["fr", "en", "ar"]
    assert "français (first), English, العربيّة" in admin.get(reverse("office:settings")).content.decode()


def test_the_first_language_is_one_of_the_chosen(admin):
    answer = send(admin, part("languages"), languages=["en"], first="fr")
    assert answer.status_code == 422
    assert "Choose the first language among those ticked above." in answer.content.decode()


def test_hours_that_cannot_be_are_refused_in_words(admin):
    answer = send(admin, part("hours"), closes="08:00")
    assert answer.status_code == 422
    assert "The office must close after it opens." in answer.content.decode()


@pytest.mark.parametrize("threshold", ["2", "21"])
def test_the_threshold_stays_between_3_and_20(admin, threshold):
    answer = send(admin, part("threshold"), suppression_threshold=threshold)
    assert answer.status_code == 422
    assert "The smallest group shown must be between 3 and 20." in answer.content.decode()


def test_an_answering_time_changes(admin):
    target = RequestTarget.objects.get(request_class="CUSTOM_TABULATION")
    send(admin, reverse("office:target", args=[target.pk]), deliver="7")
    target.refresh_from_db()
    assert target.deliver == 7


def test_a_setting_that_somebody_else_changed_is_shown_not_overwritten(admin):
    url = part("threshold")
    form = admin.get(url).context["form"]
    opened = {"revision": form["revision"].value(), "opened_as": form["opened_as"].value()}
    send(admin, url, suppression_threshold="7")
    answer = admin.post(url, {**opened, "suppression_threshold": "9"})
    assert answer.status_code == 409
    assert Office.objects.get().suppression_threshold == 7


# The logo ------------------------------------------------------------------------------------------------------------


def jpeg(width=40, height=30, *, progressive=False):
    """The head of a JPEG file: an application segment with fill bytes before it, a table, the frame header."""
    app = b"\xff\xff\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\2\0\0\1\0\1\0\0"
    table = b"\xff\xc4" + struct.pack(">H", 5) + b"\0\0\0"
    frame = (b"\xff\xc2" if progressive else b"\xff\xc0") + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app + table + frame + b"\xff\xda\0\2\xff\xd9"


@pytest.mark.parametrize(
    ("picture", "kind"), [(png(), "image/png"), (jpeg(), "image/jpeg"), (jpeg(progressive=True), "image/jpeg")]
)
def test_a_logo_is_shown_on_public_pages(admin, client, picture, kind):
    send(admin, part("name"), logo_file=SimpleUploadedFile("logo", picture, "application/octet-stream"))
    office = Office.objects.get()
    answer = client.get(reverse("office:logo", args=[office.logo_digest]))
    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, kind, picture)
    assert f'src="/logo/{office.logo_digest}/"' in client.get(reverse("account_login")).content.decode()
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(reverse("office:logo", args=["0" * 16])).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='alert(1)'/>", "SVG files can carry programs, so they are not taken."),
        (
            b'<?xml version="1.0"?>\n<!-- made -->\n<svg xmlns="x">',
            "SVG files can carry programs, so they are not taken.",
        ),
        (b"<html><svg></svg></html>", "This is no PNG or JPEG picture."),
        (b"GIF89a", "This is no PNG or JPEG picture."),
        (b"\x89PNG\r\n\x1a\n", "This is no PNG or JPEG picture."),
        (jpeg()[:30], "This is no PNG or JPEG picture."),
        (b"\xff\xd8\xff\xda\0\2", "This is no PNG or JPEG picture."),
        (jpeg(width=2001), "This picture is larger than 2000 pixels."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 110_000, "This picture is larger than 100 kB."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 2001, 10), "This picture is larger than 2000 pixels."),
    ],
)
def test_what_is_no_small_picture_is_refused(admin, content, words):
    answer = send(admin, part("name"), logo_file=SimpleUploadedFile("logo.png", content, "image/png"))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Office.objects.get().logo_digest == ""


# Holidays ------------------------------------------------------------------------------------------------------------


def test_a_holiday_is_added_changed_and_removed(admin):
    answer = admin.post(
        reverse("office:holiday_new"), {"date": "2027-11-09", "name": "Independence Day", "confirmed": "on"}
    )
    assert answer.url == "/settings/holidays/?year=2027"
    holiday = Holiday.objects.get()
    page = admin.get(answer.url).content.decode()
    assert "Tue 9 November 2027" in page
    assert "Entered by the office" in page
    send(admin, reverse("office:holiday", args=[holiday.pk]), name="National Day", date="2027-11-09")
    assert Holiday.objects.get().name == "National Day"
    remove = reverse("office:holiday_remove", args=[holiday.pk])
    assert admin.get(remove).status_code == 200
    assert Holiday.objects.count() == 1
    assert admin.post(remove).url == "/settings/holidays/?year=2027"
    assert Holiday.objects.count() == 0
    assert admin.post(remove).status_code == 404


def test_a_day_that_is_a_holiday_already_is_refused(admin):
    Holiday.objects.create(date=date(2027, 11, 9), name="Independence Day")
    answer = admin.post(reverse("office:holiday_new"), {"date": "2027-11-09", "name": "Again"})
    assert answer.status_code == 422
    assert "This day is already a holiday." in answer.content.decode()


def test_no_country_s_days_are_taken_unless_one_is_chosen(admin):
    page = admin.get(reverse("office:holidays_fill"))
    assert page.context["form"]["country"].value() == ""
    answer = admin.post(reverse("office:holidays_fill"), {"country": "", "year": "2028"})
    assert answer.status_code == 422
    assert not Holiday.objects.filter(date__year=2028).exists()


def test_an_empty_year_is_filled_from_a_country_s_list(admin):
    page = admin.get("/settings/holidays/?year=2028").content.decode()
    assert "2028 is empty" in page
    answer = admin.post(reverse("office:holidays_fill"), {"country": "EG", "year": "2028"})
    assert answer.url == "/settings/holidays/?year=2028"
    page = admin.get(answer.url).content.decode()
    assert "holidays added." in page
    assert "To be confirmed" in page


@pytest.mark.parametrize("year", ["", "x", "20277", "²⁰²⁷", "-1"])
def test_a_year_that_is_none_shows_this_year(admin, year):
    with time_machine.travel(date(2026, 10, 13)):
        assert admin.get("/settings/holidays/", {"year": year}).context["year"] == 2026


def test_holidays_ask_the_same_number_of_questions_for_30(admin, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Holiday.objects.create(date=date(2027, 6, 1), name="One")
    admin.get("/settings/holidays/?year=2027")
    with CaptureQueriesContext(connection) as few:
        admin.get("/settings/holidays/?year=2027")
    for day in range(2, 31):
        Holiday.objects.create(date=date(2027, 6, day), name=f"Day {day}")
    with django_assert_num_queries(len(few)):
        admin.get("/settings/holidays/?year=2027")


# The first run -------------------------------------------------------------------------------------------------------


def step(key):
    return reverse("office:first_run", args=[key])


def test_four_pages_set_an_office_up(admin, administrator):
    answer = send(admin, step("office"), name="Bureau of Statistics", country="Marenda", short_name="BOS")
    assert answer.url == step("languages")
    chosen = {"languages": ["en", "ar"], "first": "en", "time_zone": "Africa/Cairo", "date_style": "YEAR_FIRST"}
    answer = send(admin, step("languages"), **chosen)
    assert answer.url == step("days")
    answer = send(admin, step("days"), working_weekdays=["6", "0", "1", "2", "3"], holiday_country="EG")
    assert answer.url == step("colleagues")
    colleagues = {
        "colleague-TOTAL_FORMS": "4",
        "colleague-INITIAL_FORMS": "0",
        "colleague-0-email": "n.rahmani@nso.example",
        "colleague-0-role": "liaison",
        "colleague-1-email": "b.lacerda@nso.example",
        "colleague-1-role": "manager",
        "colleague-2-email": "",
        "colleague-2-role": "liaison",
        "colleague-3-email": "",
        "colleague-3-role": "liaison",
    }
    answer = admin.post(step("colleagues"), colleagues)
    assert (answer.status_code, answer.url) == (302, "/")
    office = Office.objects.get()
    assert (office.name, office.languages, office.time_zone) == ("Bureau of Statistics", ["en", "ar"], "Africa/Cairo")
    assert office.date_style == "YEAR_FIRST"
    assert sorted(office.working_weekdays) == [0, 1, 2, 3, 6]
    assert office.set_up_at is not None
    assert Holiday.objects.filter(source="national").exists()
    invited = User.objects.exclude(pk=administrator.pk).order_by("email")
    assert [(user.email, user.roles, user.state) for user in invited] == [
        ("b.lacerda@nso.example", ["manager"], "invited"),
        ("n.rahmani@nso.example", ["liaison"], "invited"),
    ]
    assert Message.objects.filter(purpose="accounts.invitation", state="queued").count() == 2


def test_a_colleague_who_is_there_or_stands_twice_is_refused_and_nobody_is_invited(admin, administrator):
    lines = [administrator.email, "new@nso.example", "NEW@nso.example"]
    data = {"colleague-TOTAL_FORMS": "3", "colleague-INITIAL_FORMS": "0"}
    for n, email in enumerate(lines):
        data |= {f"colleague-{n}-email": email, f"colleague-{n}-role": "liaison"}
    answer = admin.post(step("colleagues"), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody already signs in with this address." in page
    assert "This address stands twice." in page
    assert User.objects.count() == 1
    assert Office.objects.get().set_up_at is None


def test_the_first_page_makes_the_office_where_there_is_none(admin):
    Office.objects.all().delete()
    assert send(admin, step("office"), name="Bureau of Statistics").url == step("languages")
    assert Office.objects.get().name == "Bureau of Statistics"


def test_an_unknown_step_is_not_found(admin):
    assert admin.get(step("party")).status_code == 404
