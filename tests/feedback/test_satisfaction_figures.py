"""The figures of a small office, counted by hand and by formulas written out here; none of ours computes them.

Held in the third quarter of 2026 are two workshops. Of the first, by segment (asked, answers to W5, satisfied):

    Central government 22, 14, 9 · Regional and local government 12, 12, 9: everybody answered
    Business 11, 6, 6: all satisfied · Media 4, 0, 0 · Education 7, 0, 0: nobody answered

and of the second, central government only: 9, 7, 4. In the second quarter one was held that nobody answered about, in
the fourth one whose survey is open. With a threshold of five, the number for Media may not be told (a frame of four),
so that of Business may not either; Business was unanimous, so a second group, the smallest, protects its figures.
"""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from math import sqrt

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from feedback.actions import survey as actions
from feedback.models import Answer, FrameMember, Response
from stakeholders.models import Person, UserSegment
from tests.factories import OrganisationFactory, held_workshop
from tests.markup import tight
from workshops.models import Attendance

pytestmark = pytest.mark.django_db
PAGE = "/insight/satisfaction/"
Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution
GROUPS = {  # segment: asked, values of W5
    "GOVERNMENT": (22, [5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 2, 2, 1]),
    "SUBNATIONAL_GOVERNMENT": (12, [5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 2, 1]),
    "BUSINESS": (11, [5, 4, 5, 4, 5, 4]),
    "MEDIA": (4, []),
    "EDUCATION": (7, []),
}


def rounded(value):
    """To one decimal, halves away from zero."""
    return str(Decimal(repr(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def expected(asked, answers, satisfied):
    """N, n, the share and its Wilson interval with the effective sample size n(N-1)/(N-n), per cent."""
    if not answers:
        return [str(asked), "0", "n/a", "n/a", "n/a"]
    share = satisfied / answers
    if answers == asked:
        low = high = share
    else:
        size = answers * (asked - 1) / (asked - answers)
        middle = (share + Z * Z / (2 * size)) / (1 + Z * Z / size)
        half = Z * sqrt(share * (1 - share) / size + Z * Z / (4 * size * size)) / (1 + Z * Z / size)
        low, high = middle - half, middle + half
    return [str(asked), str(answers), *(rounded(100 * value) for value in (share, low, high))]


HIDDEN = ["c", "c", "c"]


def survey(event, groups, *, closed=True):
    """Ask everybody who came, by segment, and answer as the groups say."""
    for segment, (asked, _values) in groups.items():
        organisation = OrganisationFactory(segment=UserSegment.objects.get(code=segment))
        people = Person.objects.bulk_create(Person(name=f"{segment} {number}") for number in range(asked))
        Attendance.objects.bulk_create(
            Attendance(
                event=event,
                person=person,
                organisation=organisation,
                state="PRESENT_ONLINE",
                occurred_at=event.start,
                recorded_at=timezone.now(),
            )
            for person in people
        )
    wave = actions.open_wave(event, actor=None)
    wave.opened_at = event.end + timedelta(days=1)
    wave.save()
    question = wave.survey.questions.get(code="W5")
    for segment, (_asked, values) in groups.items():
        members = wave.frame.filter(segment__code=segment).order_by("pk")[: len(values)]
        for member, value in zip(members, values, strict=True):
            response = Response.objects.create(member=member, submitted_at=timezone.now())
            Answer.objects.create(response=response, question=question, value=value)
        FrameMember.objects.filter(pk__in=[member.pk for member in members]).update(disposition="COMPLETE")
    if closed:
        actions.close(wave, actor=None)
    return wave


@pytest.fixture
def waves(office, liaison):
    """Four workshops in three quarters; two who were asked broke off before W5, one left before being asked."""
    third = survey(
        held_workshop(organiser=liaison, title="Household budgets", start=datetime(2026, 7, 8, 9, tzinfo=UTC)),
        GROUPS,
        closed=False,
    )
    broke_off = third.frame.filter(segment__code="GOVERNMENT", disposition="NON_CONTACT").order_by("pk")
    for member in broke_off[:2]:
        Response.objects.create(member=member)
    FrameMember.objects.filter(pk__in=[member.pk for member in broke_off[:2]]).update(disposition="PARTIAL")
    actions.close(third, actor=None)
    second = {"GOVERNMENT": (10, [5, 4, 4, 4, 3, 3, 1])}
    other = survey(
        held_workshop(organiser=liaison, title="Health accounts", start=datetime(2026, 9, 3, 9, tzinfo=UTC)),
        second,
        closed=False,
    )
    left = other.frame.filter(disposition="NON_CONTACT").last()
    left.disposition = "INELIGIBLE"
    left.save()
    actions.close(other, actor=None)
    nobody = survey(
        held_workshop(organiser=liaison, title="Prices", start=datetime(2026, 5, 6, 9, tzinfo=UTC)),
        {"GOVERNMENT": (6, [])},
    )
    still_open = held_workshop(organiser=liaison, title="Registers", start=datetime(2026, 10, 7, 9, tzinfo=UTC))
    survey(still_open, {"GOVERNMENT": (9, [1] * 8)}, closed=False)
    return {"first": third, "second": other, "nobody": nobody}


BY_SEGMENT = {
    "Central government": expected(31, 21, 13),
    "Regional and local government": expected(12, 12, 9)[:2] + HIDDEN,
    "Business": ["11", "c", *HIDDEN],
    "Media": ["4", "c", *HIDDEN],
    "Education": expected(7, 0, 0),
}
ALL = expected(65, 39, 28)
FIRST, SECOND = expected(56, 32, 24), expected(9, 7, 4)


def tables(page):
    """The rows of each table of a page: {heading: {first cell: [other cells]}}."""
    found = {}
    for key, table in re.findall(r'aria-labelledby="(\w+)-t"><table.*?>(.*?)</table>', page, re.DOTALL):
        rows = {}
        for row in re.findall(r"<tr.*?>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            first, *rest = [unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in cells]
            rows[first] = rest
        found[key] = rows
    return found


def as_on_the_page(figures):
    """The interval as one cell."""
    *rest, low, high = figures
    return [*rest, low if low in ("c", "n/a") else f"{low}–{high}"]


def export(client, path):
    """The rows of the exported CSV and XLSX, as text, without their heads; both are the same."""
    answer = client.get(f"{path}&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    answer = client.get(f"{path}&format=xlsx")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]

    def same(row):
        return [f"{Decimal(cell):f}".removesuffix(".0") if re.fullmatch(r"[\d.]+", cell) else cell for cell in row]

    assert [same(row) for row in sheet if any(row)][-len(rows) + 1 :] == [same(row) for row in rows[1:]]
    return rows[1:]


def test_the_figures_of_a_quarter_and_its_exports(signed_in, manager, waves):
    client = signed_in(manager)
    path = f"{PAGE}?period=2026-3"
    page = tight(client.get(path))
    shown = tables(page)
    assert shown["segments"] == {key: as_on_the_page(row) for key, row in {**BY_SEGMENT, "All": ALL}.items()}
    assert shown["workshops"] == {
        "Health accounts, Thu 3 Sep": as_on_the_page(SECOND),
        "Household budgets, Wed 8 Jul": as_on_the_page(FIRST),
        "All": as_on_the_page(ALL),
    }
    words = re.sub(r"\s+", " ", re.sub(r"<.*?>", "", page))
    assert "28 of 39 answers" in words
    assert f"95% interval {ALL[3]} to {ALL[4]}" in words
    assert "41 of 65 attendances" in words  # RR2: 39 complete and 2 partial
    rows = export(client, path)
    assert rows == [
        ["", "All", *ALL],
        *[["User segment", key, *row] for key, row in BY_SEGMENT.items()],
        ["Workshop", "Health accounts", *SECOND],
        ["Workshop", "Household budgets", *FIRST],
    ]


def test_every_n_opens_as_many_attendances(signed_in, manager, waves):
    client = signed_in(manager)
    for path in (f"{PAGE}?period=2026-3", f"{PAGE}?period=2026", f"{PAGE}?workshop={waves['first'].pk}"):
        page = tight(client.get(path))
        links = set(re.findall(r'<a class="quiet" href="(/surveys/asked/[^"]+)">([\d,]+)', page))
        assert links, path
        for address, number in links:
            listed = tight(client.get(unescape(address)))
            assert f"{number} attendance" in re.sub(r"<.*?>", "", listed), address


def test_every_number_of_answers_opens_the_surveys_they_were_given_in(signed_in, manager, waves):
    client = signed_in(manager)

    def opened(path):
        page = tight(client.get(path))
        addresses = {unescape(found) for found in re.findall(r'href="(/surveys/(?:\?period=|\d+/)[^"]*)"', page)}
        return {address: client.get(address).context for address in addresses}

    quarter = opened(f"{PAGE}?period=2026-3")
    listed = quarter.pop("/surveys/?period=2026-3")["listing"]
    assert {wave.pk for wave in listed.records} == {waves["first"].pk, waves["second"].pk}
    assert {context["wave"].pk for context in quarter.values()} == {waves["first"].pk, waves["second"].pk}
    assert set(opened(f"{PAGE}?workshop={waves['first'].pk}")) == {waves["first"].get_absolute_url()}
    assert client.get("/surveys/?period=nonsense").context["listing"].records == []
    page = tight(client.get(f"{PAGE}?period=2026-3"))
    assert re.search(r'<a class="quiet" href="/surveys/\?period=2026-3">\d+%</a>', page)
    assert '<a class="quiet" href="/surveys/?period=2026-3">39</a>' in page


def test_a_quarter_that_nobody_answered_about(signed_in, manager, waves):
    client = signed_in(manager)
    page = tight(client.get(f"{PAGE}?period=2026-2"))
    assert tables(page)["workshops"]["Prices, Wed 6 May"] == ["6", "0", "n/a", "n/a"]
    assert "0 of 6 attendances" in re.sub(r"\s+", " ", re.sub(r"<.*?>", "", page))
    assert export(client, f"{PAGE}?period=2026-2")[0] == ["", "All", "6", "0", "n/a", "n/a", "n/a"]


def test_an_empty_quarter_has_no_figures(signed_in, manager, waves):
    client = signed_in(manager)
    page = tight(client.get(f"{PAGE}?period=2026-1"))
    assert tables(page) == {}
    assert page.count('<div class="v">n/a') == 2
    assert export(client, f"{PAGE}?period=2026-1") == [["", "All", "0", "0", "n/a", "n/a", "n/a"]]


def test_an_open_survey_is_counted_nowhere(signed_in, manager, waves):
    client = signed_in(manager)
    assert export(client, f"{PAGE}?period=2026-4") == [["", "All", "0", "0", "n/a", "n/a", "n/a"]]
    assert export(client, f"{PAGE}?period=2026")[0] == ["", "All", *expected(71, 39, 28)]
    assert "is counted when its survey closes" in tight(client.get(f"{PAGE}?period=2026-4"))


@pytest.mark.parametrize(
    ("asked", "values", "row"),
    [
        (12, [5, 5, 5, 5, 4, 4, 4, 4, 4, 3, 2, 1], expected(12, 12, 9)),
        (9, [5, 4, 5, 4, 5, 4], ["9", "6", *HIDDEN]),
        (30, [5, 4] * 6, expected(30, 12, 12)),
        (9, [4, 4, 2], ["9", "c", *HIDDEN]),
        (4, [], ["4", "c", *HIDDEN]),
    ],
    ids=["a census", "few and all satisfied", "many and all satisfied", "too few", "too few asked"],
)
def test_one_workshop_alone(office, liaison, signed_in, manager, asked, values, row):
    held = held_workshop(organiser=liaison, title="Alone", start=datetime(2026, 7, 8, 9, tzinfo=UTC))
    wave = survey(held, {"GOVERNMENT": (asked, values)})
    client = signed_in(manager)
    for path in (f"{PAGE}?period=2026-3", f"{PAGE}?workshop={wave.pk}", f"{PAGE}?period=2026"):
        rows = export(client, path)
        assert rows[0] == ["", "All", *row], path
        if "c" in row:
            assert not [line for line in rows if line[4] not in ("c", "n/a")]


@pytest.mark.parametrize(
    "query", ["period=0", "period=2026-5", "period=999999999", "workshop=99999999999999999999", "x"]
)
def test_an_address_that_means_nothing_shows_the_latest_quarter(signed_in, manager, waves, query):
    page = signed_in(manager).get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert "28 of 39 answers" in page.content.decode()
    assert signed_in(manager).get(f"/surveys/asked/?{query}&segment=none").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_page_reads_well(page, sign_in, manager, waves, axe):
    sign_in(page, manager)
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{PAGE}?period=2026-3")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("button", name="Print").is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text("Printed on").is_visible()
    assert not page.get_by_role("button", name="Print").is_visible()
