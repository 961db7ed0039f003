"""The disk of the files is full: a real one of one megabyte. What was typed comes back, nothing is half there."""

import os
import random
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from feedback.models import DataRequest, RequestFile
from nso_contacts.files.models import StoredFile
from nso_contacts.imports.models import Batch
from nso_contacts.office import clock
from stakeholders.models import Interaction, InteractionFile
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db

# Noise, so that no file system may keep it in less; more than is left on the disk, less than the whole of it.
CONTENT = random.Random(20261125).randbytes(300_000).hex().encode()
SAID = "There is no room for files at the moment"


class SmallDisk:
    """A file system of one megabyte that a test fills and clears."""

    def __init__(self, root):
        self.root = root

    def fill(self):
        with (self.root / "somebody-elses").open("wb", buffering=0) as other:
            while True:
                try:
                    other.write(b"\0" * 4096)
                except OSError:
                    return

    def make_room(self):
        (self.root / "somebody-elses").unlink()

    def files(self):
        return {path.name for path in self.root.rglob("*") if path.is_file()} - {"somebody-elses"}


@pytest.fixture
def disk(settings, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root may mount the small disk this test fills")
    root = tmp_path / "small-disk"
    root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", root], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this root may not mount the small disk this test fills: {mounted.stderr.strip()}")
    settings.FILES_ROOT = root
    yield SmallDisk(root)
    subprocess.run(["umount", root], check=True)


def attached(name="figures.csv"):
    return SimpleUploadedFile(name, CONTENT)


@pytest.fixture
def logging_a_contact(liaison, signed_in):
    """A form with a file: who sends it, where to, with what, the field of the file, and what it makes."""
    amina = PersonFactory(name="Amina Haddad")
    typed = {
        "channel": "MEETING",
        "direction": "MUTUAL",
        "subject": "Register of vacancies",
        "occurred_at": f"{clock.now():%Y-%m-%dT%H:%M}",
        "people": [amina.pk],
        "summary": "Agreed monthly transfer.",
    }
    return signed_in(liaison), "/interactions/new/", typed, "uploads", (Interaction, InteractionFile)


@pytest.fixture
def asking_for_data(expert, signed_in):
    labour = OrganisationFactory(name="Ministry of Labour")
    PersonFactory(name="Amina Haddad", organisation=labour, user=expert)
    typed = {
        "subject": "Wages by district",
        "purpose": "For the review of the minimum wage.",
        "geography": "DISTRICT",
        "organisation": labour.pk,
        "language": "en",
    }
    return signed_in(expert), "/portal/requests/new/", typed, "file", (DataRequest, RequestFile)


@pytest.fixture
def importing(liaison, signed_in):
    typed = {"kind": "organisations", "encoding": "utf-8-sig"}
    return signed_in(liaison), "/imports/new/", typed, "file", (Batch, Batch)


@pytest.mark.parametrize("form", ["logging_a_contact", "asking_for_data", "importing"])
def test_a_full_disk_refuses_the_file_and_keeps_the_text(disk, request, form):
    client, url, typed, field, (record, attachment) = request.getfixturevalue(form)
    content = b"Name,Town\n" + b"".join(b"%s,Lunden\n" % CONTENT[at : at + 60] for at in range(0, 400_000, 60))
    upload = SimpleUploadedFile("figures.csv", content)
    disk.fill()

    refused = client.post(url, typed | {field: upload})

    assert refused.status_code == 422
    assert SAID in refused.text
    shown = refused.context["form"]
    assert {name: shown[name].value() for name in ("subject", "summary", "purpose") if name in typed} == {
        name: typed[name] for name in ("subject", "summary", "purpose") if name in typed
    }
    assert not record.objects.exists()
    assert not StoredFile.objects.exists()
    assert disk.files() == set()

    disk.make_room()
    upload.seek(0)
    answer = client.post(url, typed | {field: upload})

    assert answer.status_code == 302, answer.text
    assert attachment.objects.count() == 1
    (stored,) = StoredFile.objects.all()
    assert disk.files() == {stored.sha256}
    assert stored.path.read_bytes() == content


def test_everything_without_a_file_goes_on(disk, logging_a_contact):
    client, url, typed, _field, (record, _attachment) = logging_a_contact
    disk.fill()

    assert client.post(url, typed).status_code == 302
    assert record.objects.count() == 1


def test_a_disk_that_fills_in_the_middle_of_a_file_keeps_no_part_of_it(disk, logging_a_contact):
    client, url, typed, field, _models = logging_a_contact
    (disk.root / "other").write_bytes(b"\0" * 600_000)

    refused = client.post(url, typed | {field: attached()})

    assert refused.status_code == 422
    assert disk.files() == {"other"}
