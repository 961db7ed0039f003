"""What the tests of imports share: a file that goes the whole way, without its pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nso_contacts.imports import actions
from nso_contacts.imports.models import Batch


@pytest.fixture
def check(liaison):
    """Take a file in and check all its rows: `check(text, "people", "email", mode="update")`."""

    def checked(text, kind="organisations", rule="name", mode="both"):
        batch = actions.upload(SimpleUploadedFile("file.csv", text.encode()), kind=kind, actor=liaison)
        options = {**batch.options, "rule": rule, "mode": mode}
        actions.choose(batch, mapping=batch.mapping, options=options, actor=liaison)
        return worked(batch)

    return checked


@pytest.fixture
def apply(check, liaison):
    """The same, and apply it."""

    def applied(*args, **kwargs):
        batch = check(*args, **kwargs)
        return worked(actions.order(batch, actor=liaison))

    return applied


@pytest.fixture
def undo(liaison):
    """Take an applied import back."""
    return lambda batch: worked(actions.order_undo(batch, actor=liaison))


def worked(batch):
    """Let a worker do what is due; return the import as it stands then."""
    actions.work(batch.pk)
    return Batch.objects.get(pk=batch.pk)
