"""Form pages: shown, refused with what was typed, saved, overtaken."""

import re
import threading

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone

from nso_contacts.office.models import Office
from nso_contacts.pages import stale
from nso_contacts.pages.form import OfficeForm, Posted
from nso_contacts.pages.stale import LastChange
from tests.markup import tight

pytestmark = pytest.mark.urls("tests.pages.sample_urls")


@pytest.fixture
def liaison_client(as_role):
    return as_role("liaison")


def hidden(answer, name):
    """Return the value of a hidden field."""
    return re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', tight(answer))[1]


def test_a_form_shows_label_help_and_control_and_marks_what_is_optional(liaison_client):
    answer = liaison_client.get("/sample/contact/")

    assert answer.status_code == 200
    field = re.search(r'<div class="field" id="div_id_subject">.*?</div>', tight(answer), re.DOTALL)[0]
    assert re.findall(r"<(label|p|input)", field) == ["label", "p", "input"]
    assert 'aria-describedby="id_subject_helptext"' in field
    assert "optional" not in field
    notes = re.search(r'<div class="field" id="div_id_notes">.*?</div>', tight(answer), re.DOTALL)[0]
    assert '<span class="opt">optional</span>' in notes
    assert re.findall(r'<div class="sec-head mb-3"><h2>([^<]*)</h2>', tight(answer)) == [
        "What was said",
        "What is next",
    ]
    assert '<input type="date" name="by"' in tight(answer)


def test_a_bad_form_answers_422_with_the_errors_and_everything_typed(liaison_client):
    sent = {"channel": "mail", "subject": "", "notes": "Keep <this>", "by": "someday", "restricted": "on"}

    answer = liaison_client.post("/sample/contact/", sent)

    assert answer.status_code == 422
    assert "<title>Error: Log a contact" in tight(answer)
    assert "2 answers need a correction" in tight(answer)
    assert '<a href="#id_subject">What it was about: This field is required.</a>' in tight(answer)
    assert 'value="Keep &lt;this&gt;"' in tight(answer)
    assert 'value="someday"' in tight(answer)
    assert re.search(r'value="mail"[^>]*checked', tight(answer))
    assert re.search(r'name="restricted"[^>]*checked', tight(answer))
    control = re.search(r'<input [^>]*name="subject"[^>]*>', tight(answer))[0]
    assert 'aria-invalid="true"' in control
    assert 'aria-describedby="id_subject_helptext id_subject_error"' in control
    assert 'id="id_subject_error"' in tight(answer)


class Choices(OfficeForm):
    """Choices that may be left empty, as models and fields of Django offer them."""

    empty_labels = {"owner": "Nobody"}
    purpose = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("ask", "Asking")], required=False)
    channel = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("call", "Call")])
    reader = forms.ModelChoiceField(Office.objects.none(), required=False)
    office = forms.ModelChoiceField(Office.objects.none())
    owner = forms.ModelChoiceField(Office.objects.none(), required=False)
    own = forms.ChoiceField(choices=[("", "Any day"), ("mon", "Monday")], required=False)


def test_an_empty_choice_says_what_it_means():
    drawn = {field.name: re.search(r'<option value=""[^>]*>([^<]*)<', str(field))[1] for field in Choices()}

    assert drawn == {
        "purpose": "Not stated",
        "channel": "Choose …",
        "reader": "Not stated",
        "office": "Choose …",
        "owner": "Nobody",
        "own": "Any day",
    }


def test_an_empty_post_is_a_sent_form(liaison_client):
    assert liaison_client.post("/sample/contact/", {}).status_code == 422


def test_a_good_form_leads_to_where_save_says(liaison_client):
    answer = liaison_client.post("/sample/contact/", {"channel": "call", "subject": "Prices"}, follow=True)

    assert answer.redirect_chain == [("/sample/?said=Prices", 302)]
    assert '<div class="toast-x" data-toast>' in tight(answer)
    assert "<span>Saved.</span>" in tight(answer)


def test_what_an_action_refuses_stands_beside_its_field(liaison_client):
    answer = liaison_client.post("/sample/contact/", {"channel": "call", "subject": "refuse"})

    assert answer.status_code == 422
    assert '<a href="#id_subject">Say it in other words</a>' in tight(answer)


def test_a_file_rides_along(liaison_client):
    sent = {"channel": "call", "subject": "Prices", "paper": SimpleUploadedFile("empty.txt", b"")}

    answer = liaison_client.post("/sample/contact/", sent)

    assert answer.status_code == 422
    assert "The submitted file is empty." in tight(answer)
    assert 'enctype="multipart/form-data"' in tight(answer)


def test_in_the_dialog_only_the_form_is_drawn_and_success_replaces_the_page(liaison_client):
    in_dialog = {"HX-Request": "true", "HX-Target": "dialog-body"}

    shown = liaison_client.get("/sample/contact/", headers=in_dialog)
    bad = liaison_client.post("/sample/contact/", {}, headers=in_dialog)
    good = liaison_client.post("/sample/contact/", {"channel": "call", "subject": "Prices"}, headers=in_dialog)

    assert "<html" not in tight(shown)
    assert '<h2 id="dialog-title">Log a contact</h2>' in tight(shown)
    assert 'hx-post="/sample/contact/"' in tight(shown)
    assert bad.status_code == 422
    assert "<html" not in bad.text
    assert (good.status_code, good.headers["HX-Redirect"]) == (204, "/sample/?said=Prices")


def test_an_ended_sign_in_leads_the_whole_page_to_the_sign_in(client, office):
    plain = client.get("/sample/contact/")
    asked = client.get("/sample/contact/", headers={"HX-Request": "true"})

    assert plain.status_code == 302
    assert (asked.status_code, asked.headers["HX-Redirect"]) == (204, plain.headers["Location"])


# A record that was changed meanwhile ---------------------------------------------------------------------------------


@pytest.fixture
def opened(as_role, office):
    """An open form: a client, and what it would send if nothing was typed."""
    Office.objects.update(name="Office A", short_name="A", country="Marenda", languages=["en", "fr"])
    client = as_role("administrator")
    answer = client.get("/sample/details/")
    sent = {
        "name": "Office A",
        "short_name": "A",
        "country": "Marenda",
        "opens": "09:00",
        "languages": "en,fr",
        "revision": hidden(answer, "revision"),
        "opened_as": hidden(answer, "opened_as"),
    }
    return client, sent


def details():
    return Office.objects.values_list("name", "short_name", "country").get()


def test_a_form_that_is_up_to_date_is_saved(opened):
    client, sent = opened

    assert client.post("/sample/details/", sent | {"name": "Mine"}).status_code == 302
    assert details() == ("Mine", "A", "Marenda")


def test_a_stale_form_shows_both_versions_and_changes_nothing(opened, monkeypatch):
    client, sent = opened
    Office.objects.update(name="Theirs", country="Elsewhere")
    monkeypatch.setattr(stale, "_describe", [lambda record: LastChange("Omar Farouk", timezone.now())])

    answer = client.post("/sample/details/", sent | {"name": "Mine", "short_name": "M"})

    assert answer.status_code == 409
    assert details() == ("Theirs", "A", "Elsewhere")
    rows = re.findall(r'<tr.*?>\s*<th scope="row">([^<]*)<.*?</tr>', tight(answer), re.DOTALL)
    assert rows == ["Name of the office", "Short name", "Country or area"]
    assert re.findall(r'name="keep-name" value="(\w+)" required><span>([^<]*)</span>', tight(answer)) == [
        ("theirs", "Theirs"),
        ("mine", "Mine"),
    ]
    assert "<h1>Omar Farouk saved this record while you were editing</h1>" in tight(answer)
    assert " checked" not in tight(answer)
    assert "<ins>Elsewhere</ins>" in tight(answer)
    assert "<ins>M</ins>" in tight(answer)
    assert "Opens" not in tight(answer)


def chosen(answer):
    """Return what the comparison would send, without a choice."""
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', tight(answer)))


@pytest.mark.parametrize(("keep", "name"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_the_reader_chooses_and_both_sides_changes_are_kept(opened, keep, name):
    client, sent = opened
    Office.objects.update(name="Theirs", country="Elsewhere")
    compared = client.post("/sample/details/", sent | {"name": "Mine", "short_name": "M"})

    answer = client.post("/sample/details/", chosen(compared) | {"keep-name": keep})

    assert answer.status_code == 302
    assert details() == (name, "M", "Elsewhere")


def test_a_missing_choice_is_asked_for_again(opened):
    client, sent = opened
    Office.objects.update(name="Theirs")
    compared = client.post("/sample/details/", sent | {"name": "Mine"})

    answer = client.post("/sample/details/", chosen(compared))

    assert answer.status_code == 409
    assert "Choose one version for each line that you both changed" in tight(answer)
    assert details()[0] == "Theirs"


def test_a_third_change_during_the_comparison_is_noticed_too(opened):
    client, sent = opened
    Office.objects.update(name="Theirs")
    compared = client.post("/sample/details/", sent | {"name": "Mine"})
    Office.objects.update(name="Third")

    answer = client.post("/sample/details/", chosen(compared) | {"keep-name": "mine"})

    assert answer.status_code == 409
    assert "<span>Third</span>" in tight(answer)
    assert details()[0] == "Third"


def test_going_back_to_the_form_keeps_what_was_typed_and_still_does_not_overwrite(opened):
    client, sent = opened
    Office.objects.update(name="Theirs")
    compared = client.post("/sample/details/", sent | {"name": "Mine"})
    button = re.search(r'name="back_to_form" value="(\d+)"', compared.text)[1]

    form = client.post("/sample/details/", chosen(compared) | {"back_to_form": button})
    again = client.post("/sample/details/", sent | {"name": "Mine 2", "revision": hidden(form, "revision")})

    assert form.status_code == 200
    assert 'value="Mine"' in form.text
    assert again.status_code == 409
    assert details()[0] == "Theirs"


def test_a_form_without_its_revision_is_never_saved(opened):
    client, sent = opened
    del sent["revision"]

    assert client.post("/sample/details/", sent | {"name": "Mine"}).status_code == 409
    assert details()[0] == "Office A"


@pytest.mark.parametrize("opened_as", ["", "nonsense", "x:y:z"])
def test_a_forged_opened_version_is_not_believed(opened, opened_as):
    client, sent = opened
    Office.objects.update(name="Theirs")

    assert client.post("/sample/details/", sent | {"name": "Mine", "opened_as": opened_as}).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_two_savers_at_the_same_moment_do_not_overwrite_each_other(opened):
    client, sent = opened
    answers = []

    def save_second():
        answers.append(client.post("/sample/details/", sent | {"name": "Second"}).status_code)
        connection.close()

    with transaction.atomic():
        Office.objects.update(name="First")
        second = threading.Thread(target=save_second)
        second.start()
        second.join(0.7)
        assert second.is_alive()  # it waits for the row
    second.join(10)

    assert answers == [409]
    assert details()[0] == "First"


# Confirming ----------------------------------------------------------------------------------------------------------


def test_confirming_says_what_will_happen_and_a_get_does_nothing(as_role, office):
    client = as_role("administrator")

    answer = client.get("/sample/close/")

    assert "2 people lose their post." in tight(answer)
    assert ">Close the office</button>" in tight(answer)
    assert Office.objects.get().country == ""
    assert client.post("/sample/close/").status_code == 302
    assert Office.objects.get().country == "Closed"


def test_a_refused_confirmation_says_why(as_role, office):
    Office.objects.update(country="Elsewhere")

    answer = as_role("administrator").post("/sample/close/")

    assert answer.status_code == 422
    assert "It is elsewhere." in tight(answer)


# What nobody sees, and what is sent twice -----------------------------------------------------------------------------


def typed(liaison_client, **changes):
    page = liaison_client.get("/sample/contact/")
    sent = {"channel": "mail", "subject": "Wages", "form_key": hidden(page, "form_key"), **changes}
    return sent, liaison_client.post("/sample/contact/", sent)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Amina\u202e daddaH\u202c", "Amina daddaH"),
        ("Amina\u2066 Haddad\u2069", "Amina Haddad"),
        ("Ami\u200bna\u00ad Had\ufeffdad", "Amina Haddad"),
        ("Amina\x07 Had\x1bdad\x9b", "Amina Haddad"),
        ("أمينة حداد", "أمينة حداد"),
        ("می\u200cخواهم \u200fX", "می\u200cخواهم \u200fX"),
        ("李小龍 Рашид Каримов 👩\u200d🏫", "李小龍 Рашид Каримов 👩\u200d🏫"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_characters_nobody_sees_are_left_out_of_every_form_and_scripts_stay_whole(name, kept):
    class NameForm(OfficeForm):
        name = forms.CharField()

    data = Posted(mutable=True)
    data["name"] = name
    form = NameForm(data)

    assert form.is_valid()
    assert form.cleaned_data == {"name": kept}


def test_a_name_of_nothing_visible_is_no_name_and_a_password_stays_as_typed():
    class NameForm(OfficeForm):
        name = forms.CharField()
        password = forms.CharField(widget=forms.PasswordInput, strip=False)

    data = Posted(mutable=True)
    data.update({"name": "\u202e\u200b", "password": "a\u200bb"})
    form = NameForm(data)

    assert list(form.errors) == ["name"]
    assert form.cleaned_data == {"password": "a\u200bb"}


def test_a_form_that_was_refused_can_be_sent_again(liaison_client):
    sent, refused = typed(liaison_client, subject="")
    assert refused.status_code == 422

    assert hidden(refused, "form_key") == sent["form_key"]
    assert liaison_client.post("/sample/contact/", sent).status_code == 422
    assert liaison_client.post("/sample/contact/", {**sent, "subject": "Wages"}).status_code == 302
