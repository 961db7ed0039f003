"""What the log says of a request or a task, and what it never says."""

import io
import json
import logging
import re

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import path

from nso_contacts.access.policy import open_to_all
from nso_contacts.celery import app
from nso_contacts.logs import JsonLines
from stakeholders.models import Organisation
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db

TOKEN = "Zm9vYmFyYmF6cXV4MTIzNA"
ADDRESS = "amina.haddad@labour.example"


@open_to_all(because="a test")
def broken(request, token):
    """Break with personal data in the error, as a library might."""
    if "row" in request.GET:
        Organisation.objects.filter(code="A1").update(name="")
    raise ValueError(f"no mailbox for {ADDRESS}\n{{'level': 'INFO'}} at /s/{token}/")


urlpatterns = [path("i/<str:token>/", broken)]
handler404, handler500 = "nso_contacts.pages.errors.not_found", "nso_contacts.pages.errors.server_error"


@pytest.fixture
def lines():
    """Everything logged from INFO on, as it is written: call it for the lines, each read back from JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_an_answer_is_one_line_with_its_reference_and_without_its_address(lines, liaison, signed_in):
    found = OrganisationFactory()
    answer = signed_in(liaison).get(f"/organisations/{found.pk}/?q={ADDRESS}", headers={"X-Request-ID": "forged"})

    (line,) = [line for line in lines() if line["logger"] == "nso_contacts.requests"]
    assert line.pop("ms") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("at"))
    assert re.fullmatch(r"(\w{4}-){2}\w{4}", answer.headers["X-Request-ID"])
    assert line == {
        "level": "INFO",
        "logger": "nso_contacts.requests",
        "message": "answered",
        "request": answer.headers["X-Request-ID"],
        "method": "GET",
        "route": "organisations/<int:pk>/",
        "status": 200,
        "user": liaison.pk,
    }


def test_no_token_and_no_address_of_a_person_is_logged_when_a_page_breaks(lines, settings):
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get(f"/i/{TOKEN}/")

    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.content.decode()
    told = lines()
    (fault,) = [line for line in told if "exception" in line]
    assert fault["request"] == answer.headers["X-Request-ID"]
    assert "ValueError: no mailbox for [address]" in fault["exception"]
    assert fault["message"] == "Internal Server Error: /i/[token]/"
    assert TOKEN not in str(told)
    assert ADDRESS not in str(told)
    assert "labour" not in str(told)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_breaks_a_rule_is_not_told(lines, settings, office):
    settings.ROOT_URLCONF = __name__
    OrganisationFactory(code="A1", name="A name that nobody should read in a log")
    answer = Client(raise_request_exception=False).get(f"/i/{TOKEN}/?row=1")

    assert answer.status_code == 500
    (fault,) = [line for line in lines() if "exception" in line]
    assert IntegrityError.__name__ in fault["exception"]
    assert "DETAIL: [row]" in fault["exception"]
    assert "nobody should read" not in str(lines())


def test_an_unknown_link_is_logged_without_it(lines):
    answer = Client().get(f"/i/{TOKEN}/")

    assert answer.status_code == 404
    (refusal,) = [line for line in lines() if line["logger"] == "django.request"]
    assert refusal["message"] == "Not Found: /i/[token]/"
    assert refusal["request"] == answer.headers["X-Request-ID"]
    assert TOKEN not in str(lines())


def test_a_line_of_a_task_names_the_task(lines):
    @app.task(name="tests.speak")
    def speak():
        logging.getLogger("tests").warning("At work\nwith a second line")

    done = speak.apply()

    (line,) = [line for line in lines() if line["logger"] == "tests"]
    assert (line["task"], line["task_id"]) == ("tests.speak", done.id)
    assert line["message"] == "At work\nwith a second line"
    app.tasks.unregister("tests.speak")
