"""Attachments: checked by content, kept once, given only to those who may see what they hang on."""

import hashlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.datastructures import MultiValueDict

from nso_contacts.files import owners, storage
from nso_contacts.files.forms import UploadField, UploadManyField
from nso_contacts.files.models import StoredFile
from stakeholders.models import InteractionFile, Organisation
from tests.factories import log_contact

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
)


def upload(name="notes.txt", content=b"Sandy ground"):
    return SimpleUploadedFile(name, content)


def zipped(**parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def workbook():
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


WORD = {"word__document.xml": "<w/>", "[Content_Types].xml": "<t/>"}


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("figures.csv", "région;total\nNord;1".encode(), "text/plain"),
        ("old.csv", "région;total\nNord;1".encode("latin-1"), "text/plain"),
        ("notes.txt", "ملاحظات".encode("utf-16"), "text/plain"),
        ("long.txt", ("é" * 40_000).encode(), "text/plain"),
        ("report.PDF", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        ("map.png", PNG, "image/png"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb", "image/jpeg"),
        ("letter.docx", zipped(**WORD), f"{storage.OPEN_XML}.wordprocessingml.document"),
        ("table.xlsx", workbook(), f"{storage.OPEN_XML}.spreadsheetml.sheet"),
        ("table.ods", zipped(mimetype=f"{storage.OPEN_DOCUMENT}.spreadsheet"), f"{storage.OPEN_DOCUMENT}.spreadsheet"),
        ("all.zip", zipped(**{"a.txt": "a"}), "application/zip"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "application/x-ole-storage"),
    ],
)
def test_a_file_is_known_by_its_content(liaison, name, content, content_type):
    stored = storage.store(upload(name, content), liaison)

    assert (stored.name, stored.content_type, stored.size) == (name, content_type, len(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.path.read_bytes() == content
    assert stored.uploaded_by == liaison


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.txt", b"", "empty"),
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00", "kind"),
        ("notes.txt", b"text\x00with zeros", "kind"),
        ("controls.csv", b"\xe9t\xe9\x07bell", "kind"),
        ("macro.xlsx", zipped(**{"xl__workbook.xml": "<w/>", "xl__vbaProject.bin": "x"}), "kind"),
        ("broken.zip", b"PK\x03\x04 and nothing more", "kind"),
        ("report.pdf", b"just text", "ending"),
        ("page.html", b"<html><script>alert(1)</script>", "ending"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ending"),
        ("letter.docx", workbook(), "ending"),
        ("photo.png", b"%PDF-1.7", "ending"),
    ],
)
def test_other_files_are_refused_and_nothing_is_kept(liaison, settings, name, content, code):
    with pytest.raises(ValidationError) as refused:
        storage.store(upload(name, content), liaison)

    assert refused.value.code == code
    assert name in refused.value.messages[0]
    assert StoredFile.objects.count() == 0
    assert [path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()] == []


def test_25_megabytes_are_the_limit(liaison, monkeypatch):
    monkeypatch.setattr(storage, "MAX_BYTES", 1_000_000)

    assert storage.store(upload(content=b"a" * 1_000_000), liaison).size == 1_000_000
    with pytest.raises(ValidationError) as refused:
        storage.store(upload(content=b"a" * 1_000_001), liaison)
    assert refused.value.code == "too_large"


def test_equal_content_is_kept_once_under_each_name(liaison, settings):
    first, second = (storage.store(upload(name), liaison) for name in ("one.txt", "two.txt"))

    assert (first.name, second.name) == ("one.txt", "two.txt")
    assert first.path == second.path
    assert len([path for path in Path(settings.FILES_ROOT).rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\nadia\\notes.txt", "notes.txt"),
        ("../../etc/notes.txt", "notes.txt"),
        ("no\r\ntes\x00.txt", "notes.txt"),
        ("ملاحظات.txt", "ملاحظات.txt"),
        ("a" * 300 + ".txt", "a" * 196 + ".txt"),
        ("", "file"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert storage.clean_name(given) == kept


@pytest.mark.parametrize("fault", [{"size": 0}, {"name": ""}, {"sha256": "x"}])
def test_the_database_refuses_rows_that_cannot_be_files(liaison, fault):
    stored = storage.store(upload(), liaison)

    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(**fault)


@pytest.fixture
def attached(liaison):
    """A file on a restricted contact of the liaison officer."""
    owners.register(InteractionFile, "file")
    stored = storage.store(upload("ملاحظات.txt"), liaison)
    InteractionFile.objects.create(interaction=log_contact(liaison, restricted=True), file=stored)
    return stored


def test_a_file_is_sent_as_an_attachment(attached, liaison, signed_in):
    response = signed_in(liaison).get(f"/files/{attached.pk}/")

    assert response.status_code == 200
    assert b"".join(response.streaming_content) == b"Sandy ground"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "text/plain"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_file_is_given_only_to_those_who_may_see_its_record(attached, liaison, as_role):
    loose = storage.store(upload(), liaison)

    assert [as_role(role).get(f"/files/{attached.pk}/").status_code for role in ("manager", "expert")] == [404, 404]
    response = as_role("administrator").get(f"/files/{attached.pk}/")
    assert b"".join(response.streaming_content) == b"Sandy ground"
    assert as_role("administrator").get(f"/files/{loose.pk}/").status_code == 404
    assert as_role("administrator").get("/files/0/").status_code == 404
    assert as_role(None).get(f"/files/{attached.pk}/").status_code == 302


def test_a_file_whose_content_is_missing_is_not_found(attached, liaison, signed_in):
    attached.path.unlink()

    assert signed_in(liaison).get(f"/files/{attached.pk}/").status_code == 404


def test_owners_must_know_who_may_see_them():
    from nso_contacts.office.models import Holiday

    with pytest.raises(ImproperlyConfigured):
        owners.register(Holiday, "name")
    assert (Organisation, "name") not in owners._owners


class OneForm(forms.Form):
    paper = UploadField(required=False)


class ManyForm(forms.Form):
    papers = UploadManyField(required=False)


def test_a_form_says_beside_the_field_what_is_wrong():
    form = OneForm({}, {"paper": upload("program.exe", b"MZ\x90\x00")})

    assert not form.is_valid()
    assert form.errors["paper"][0].startswith("“program.exe” is not a kind of file that can be attached.")
    assert ".xlsx" in str(form["paper"])


@pytest.mark.parametrize(("files", "valid"), [({"paper": upload()}, True), ({}, True)])
def test_a_good_file_and_no_file_are_accepted(files, valid):
    assert OneForm({}, files).is_valid() == valid


def test_several_files_are_checked_one_by_one():
    good = ManyForm({}, MultiValueDict({"papers": [upload("a.txt"), upload("b.txt")]}))
    bad = ManyForm({}, MultiValueDict({"papers": [upload("a.txt"), upload("b.exe", b"MZ\x00"), upload("c.pdf")]}))

    assert good.is_valid()
    assert [paper.name for paper in good.cleaned_data["papers"]] == ["a.txt", "b.txt"]
    assert [error.split(" ")[0] for error in bad.errors["papers"]] == ["“b.exe”", "The"]
    assert ManyForm({}, {}).is_valid()
    assert "multiple" in str(ManyForm()["papers"])
