"""Files in every form that offices send: what is read of them, and the one sentence that refuses the others."""

import contextlib
import io
import struct
import zipfile
from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from nso_contacts.imports import reading, workbooks

CONTENT = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"


def survey(data, name="file.csv", encoding="utf-8-sig"):
    return reading.survey(io.BytesIO(data), name, encoding)


def cells(data, name="file.csv", encoding="utf-8-sig"):
    """The rows under the header, as they were read."""
    found = survey(data, name, encoding)
    return [row.cells for row in reading.rows(io.BytesIO(data), found.shape)]


def refusal(data, name="file.csv", encoding="utf-8-sig"):
    """The sentence that refuses a file."""
    with pytest.raises(ValidationError) as refused:
        cells(data, name, encoding)
    return " ".join(refused.value.messages)


def workbook(rows, **sheets):
    """A workbook of one visible sheet, and of others with their state."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for title, state in sheets.items():
        made.create_sheet(title).sheet_state = state
    return saved(made)


def saved(made):
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def repacked(data, changed, method=zipfile.ZIP_DEFLATED):
    """A workbook with some of its parts exchanged."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(file, "w", method) as after:
        for part in before.namelist():
            if part not in changed:
                after.writestr(part, before.read(part))
        for part, content in changed.items():
            after.writestr(part, content)
    return file.getvalue()


# Text ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_is_read_in_every_usual_form(encoding, delimiter, ends):
    lines = [("Name", "Note"), ("Институт", "a"), ("École", '"two\nlines"'), ("统计局", "")]
    text = ends.join(delimiter.join(line) for line in lines) + ends
    bom = {"utf-16-le-bom": b"\xff\xfe", "utf-16-be-bom": b"\xfe\xff"}.get(encoding, b"")
    data = bom + text.encode(encoding.removesuffix("-bom"))

    assert cells(data) == [["Институт", "a"], ["École", "two\nlines"], ["统计局", ""]]


def test_windows_1252_is_read_when_it_is_chosen_and_unicode_even_then():
    text = "Name\nÉcole nationale de la santé\nStraße der Jugend\nPääesikunta\nÅsa Öberg\n"

    assert cells(text.encode("cp1252"), encoding="cp1252")[3] == ["Åsa Öberg"]
    assert cells(text.encode(), encoding="cp1252")[3] == ["Åsa Öberg"]
    assert "Save it as “CSV UTF-8”, or choose another encoding" in refusal(text.encode("cp1252"))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "国家统计局 经济部"),
        ("big5", "主計總處 經濟部"),
        ("shift_jis", "統計局 経済産業省"),
        ("euc_kr", "통계청 기획재정부"),
        ("cp1251", "Министерство труда"),
        ("cp1256", "وزارة العمل"),
        ("iso8859-7", "Υπουργείο Εργασίας"),
    ],
)
@pytest.mark.parametrize("chosen", ["utf-8-sig", "cp1252"])
def test_other_encodings_are_never_taken_for_one_of_ours(encoding, name, chosen):
    words = refusal(f"Name\n{name}\n".encode(encoding), encoding=chosen)

    assert "UTF-8" in words
    assert "near line 2" in words or "make no words" in words


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The first row is empty."),
        (b"Name,Town\n", "has a header but no rows"),
        (b"Name,Town\n,\n\n", "has a header but no rows"),
        (b"Name,name \na,b\n", "Two columns are called “name”: 1 and 2."),
        (b"Name,,Town\na,b,c\n", "Column 2 has no name"),
        (b'Name,Town\n"a,b\nc,d\n', "A quotation mark may be missing"),
        (b"Name\na\0b\n", "NUL character"),
        ("Name\nabc\n".encode("utf-16-le"), "in another encoding"),
        (b"Name\n" + b"\n" * 300_000, "more than 200000 rows"),
        (",".join(f"c{n}" for n in range(101)).encode() + b"\n1\n", "more than 100 columns"),
    ],
    ids=range(11),
)
def test_text_that_cannot_be_read_is_refused(data, words):
    if not data:
        with pytest.raises(ValidationError, match=words):
            reading.check("file.csv", 0)
        return
    assert words in refusal(data)


def test_a_row_keeps_its_number_and_says_when_it_is_too_long():
    data = b"Name,Town\n\nA,b\nB\nC,d,,\nD,e,f\n"
    rows = list(reading.rows(io.BytesIO(data), survey(data).shape))

    assert [(row.number, row.cells) for row in rows] == [
        (3, ["A", "b"]),
        (4, ["B", ""]),
        (5, ["C", "d"]),
        (6, ["D", "e", "f"]),
    ]
    assert rows[3].unreadable == {2: "The row has more cells than the header has columns."}


# Workbooks -----------------------------------------------------------------------------------------------------------


def test_a_workbook_reads_as_people_see_it():
    made = Workbook()
    made.active.append(["Name", "Code", "Since", "Part", "Yes", "Share", "Phone"])
    # What a workbook holds has no time zone.
    day = datetime(2026, 2, 3)  # noqa: DTZ001
    values = ["A ", 42, day, 3.0, True, 0.1 + 0.2, "0049"]
    for column, value in enumerate(values, start=1):
        made.active.cell(4, column, value)
    made.active.cell(4, 2).number_format = "00000"
    made.active.cell(5, 3, day.replace(hour=14, minute=30))
    made.active.cell(6, 3, date(2026, 2, 3))
    made.active.cell(7, 3, time(14, 30))
    data = saved(made)
    found = survey(data, "a.xlsx")

    rows = list(reading.rows(io.BytesIO(data), found.shape))
    assert [row.number for row in rows] == [4, 5, 6, 7]
    assert rows[0].cells == ["A ", "00042", "2026-02-03", "3", "yes", "0.3", "0049"]
    assert [row.cells[2] for row in rows[1:]] == ["2026-02-03T14:30:00", "2026-02-03", "14:30:00"]


def test_formulas_and_errors_are_reported_and_not_computed():
    rows = [["Name", "Town"], ["=A1", "b"], ["c", "#REF!"], [ArrayFormula("A4", "=A1:A2"), "d"]]
    data = workbook(rows)
    found = survey(data, "a.xlsx")

    read = list(reading.rows(io.BytesIO(data), found.shape))
    assert [row.unreadable for row in read] == [
        {0: "Cell A2 holds a formula. Write its value instead."},
        {1: "Cell B3 holds an error."},
        {0: "Cell A4 holds a formula. Write its value instead."},
    ]
    assert read[0].cells == ["=A1", "b"]
    assert [column["unreadable"] for column in found.columns] == [2, 1]


def test_cells_under_a_merged_one_are_reported():
    made = Workbook()
    for row in [["Name", "Ministry"], ["A", "Labour"], ["B", None], ["C", "Health"]]:
        made.active.append(row)
    made.active.merge_cells("B2:B3")
    data = saved(made)

    rows = list(reading.rows(io.BytesIO(data), survey(data, "a.xlsx").shape))
    assert [row.unreadable for row in rows] == [
        {},
        {1: "This cell is merged with B2. Write the value into each row."},
        {},
    ]
    made.active.merge_cells("A1:B1")
    assert "must hold the names of the columns. This cell is merged with A1" in refusal(saved(made), "a.xlsx")


def test_the_first_sheet_that_can_be_seen_is_read_and_the_others_are_told():
    made = Workbook()
    made.active.title = "Codes"
    made.active.sheet_state = "hidden"
    made.create_sheet("People").append(["Name"])
    made["People"].append(["A"])
    made.create_sheet("Notes")
    data = saved(made)

    assert cells(data, "a.xlsx") == [["A"]]
    assert survey(data, "a.xlsx").shape.words == "sheet “People” only; one other sheet is not read"


def test_a_row_far_below_does_not_make_a_sheet_too_long():
    made = Workbook()
    made.active.append(["Name"])
    made.active.append(["A"])
    made.active.cell(201_000, 1).number_format = "0"

    assert cells(saved(made), "a.xlsx") == [["A"]]


def test_a_row_that_no_sheet_has_ends_the_reading():
    sheet = workbook([["Name"], ["A"]])
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        text = archive.read(SHEET).replace(b'<row r="2"', b'<row r="999999999"').replace(b'"A2"', b'"A999999999"')

    assert "more than 200000 rows" in refusal(repacked(sheet, {SHEET: text}), "a.xlsx")


def bombs():
    """Workbooks that unpack to far more than they are: a sheet, the shared texts, the styles, very many parts."""
    good = workbook([["Name"], ["A"]])
    yield "sheet", repacked(good, {SHEET: b"<x>" + b" " * 30_000_000})
    yield "strings", repacked(good, {"xl/sharedStrings.xml": b"<x>" + b" " * 30_000_000})
    yield "styles", repacked(good, {"xl/styles.xml": bytes(range(256)) * 40_000})
    lying = bytearray(repacked(good, {"xl/media/x.bin": b"1"}, zipfile.ZIP_STORED))
    entry = lying.rindex(b"PK\x01\x02")
    struct.pack_into("<L", lying, entry + 24, 2_000_000_000)
    yield "named", bytes(lying)


@pytest.mark.parametrize(("what", "data"), bombs(), ids=[what for what, _data in bombs()])
def test_a_bomb_is_refused_before_it_is_unpacked(what, data, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("something was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    assert "would unpack to" in refusal(data, "a.xlsx")


def test_a_part_that_is_longer_than_it_says_is_not_read_beyond():
    data = bytearray(repacked(workbook([["Name"], ["A"]]), {SHEET: b"<x>" + b" " * 20_000_000}))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, entry + 24, 1_000)

    assert "damaged" in refusal(bytes(data), "a.xlsx")


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&lol3;</t></is></c></row></sheetData></worksheet>"""
OUTSIDE = LAUGHS.replace(b'<!ENTITY lol "lol">', b'<!ENTITY lol SYSTEM "file:///etc/passwd">')


@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/workbook.xml", CONTENT])
@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_in_a_workbook_are_refused(part, text):
    assert "damaged" in refusal(repacked(workbook([["Name"], ["A"]]), {part: text}), "a.xlsx")


def encrypted():
    """What an encrypted workbook looks like: a compound file with the names of its streams in UTF-16."""
    return workbooks.COMPOUND + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (encrypted(), "a.xlsx", "protected by a password"),
        (workbooks.COMPOUND + b"\0" * 4000, "a.xlsx", "in the old format (XLS)"),
        (repacked(workbook([["Name"], ["A"]]), {"xl/vbaProject.bin": b"x"}), "a.xlsx", "holds macros"),
        (repacked(workbook([["Name"]]), {"xl/worksheets/sheet1.xml": b"<broken"}), "a.xlsx", "damaged"),
        (workbook([["Name"], ["A"]])[:-40], "a.xlsx", "damaged"),
        (b"PK\x03\x04broken", "a.xlsx", "damaged"),
        (b"Name\nA\n", "a.xlsx", "This is not an XLSX file"),
        (workbook([]), "a.xlsx", "The first row is empty"),
        (workbook([["Name"]]), "a.xlsx", "no rows"),
    ],
    ids=["password", "xls", "macros", "xml", "cut", "zip", "text", "empty", "header"],
)
def test_a_workbook_that_cannot_be_read_says_why(data, name, words):
    assert words in refusal(data, name)


def test_an_archive_with_a_password_and_one_that_is_no_workbook_say_so():
    locked = bytearray(workbook([["Name"], ["A"]]))
    entry = locked.index(b"PK\x01\x02")
    struct.pack_into("<H", locked, entry + 8, 1)
    assert "protected by a password" in refusal(bytes(locked), "a.xlsx")

    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "x")
    assert "This is not a workbook" in refusal(other.getvalue(), "a.xlsx")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_damage_to_a_workbook_is_more_than_a_sentence():
    """Each part left out, emptied, cut in half, or filled with what belongs elsewhere."""
    good = workbook([["Name", "Town"], ["A", "b"], ["C", 4]], Other="visible")
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    other = {name: parts[back] for name, back in zip(parts, reversed(parts), strict=True)}
    for name, content in parts.items():
        for damage in (b"", content[: len(content) // 2], content.replace(b'"', b"", 3), other[name], b"<a/>"):
            with contextlib.suppress(ValidationError):
                assert cells(repacked(good, {name: damage}), "a.xlsx")
