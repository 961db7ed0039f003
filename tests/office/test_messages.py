"""What people outside the office read is written in every language of the product."""

import pytest
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from nso_contacts.office import catalogues
from nso_contacts.office.management.commands import check_messages

HEAD = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


@pytest.fixture
def project(settings, tmp_path, monkeypatch):
    """A project with one public template, one module and a French catalogue to be written."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/portal_base.html").write_text('{% load i18n %}{% translate "Privacy" %}')
    (tmp_path / "forms.py").write_text(
        'class Staff:\n    label = _("Class")\n\nclass Public:\n    title = ngettext("%(n)s file", "%(n)s files", 2)\n'
    )
    monkeypatch.setattr(check_messages, "MODULES", {"forms.py": ("Public",)})
    settings.BASE_DIR = tmp_path
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    folder = tmp_path / "locale/fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    return lambda *entries: (folder / "django.po").write_text(HEAD + "\n".join(entries))


PRIVACY = 'msgid "Privacy"\nmsgstr "Confidentialité"\n'
FILES = """\
#, python-format
msgid "%(n)s file"
msgid_plural "%(n)s files"
msgstr[0] "%(n)s fichier"
msgstr[1] "%(n)s fichiers"
"""


def test_public_texts_are_translated():
    call_command("check_messages")


def test_the_compiled_catalogues_are_used():
    with override("fr"):
        assert gettext("Request data") == "Demander des données"
    with override("ar"):
        assert gettext("Request data") == "طلب بيانات"


def test_a_short_password_is_refused_in_the_readers_language():
    with override("ar"), pytest.raises(ValidationError, match="12 حرفاً"):
        MinimumLengthValidator(12).validate("short")


def test_texts_of_staff_may_be_missing(project):
    project(PRIVACY, FILES)
    call_command("check_messages")


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ((FILES,), "portal_base.html: not translated: Privacy"),
        (('msgid "Privacy"\nmsgstr ""\n', FILES), "portal_base.html: not translated: Privacy"),
        ((PRIVACY,), r"forms.py: not translated: %\(n\)s file"),
        ((PRIVACY, FILES.replace('"%(n)s fichiers"', '""')), r"forms.py: not translated: %\(n\)s file"),
        (("#, fuzzy\n" + PRIVACY, FILES), "not translated: Privacy"),
        ((PRIVACY, FILES, '#| msgid "Private"\nmsgid "Staff"\nmsgstr "Privé"\n'), "similar text: Staff"),
        ((PRIVACY, FILES.replace("%(n)s fichiers", "%(m)s fichiers")), "other placeholders in “%.m.s fichiers”"),
        ((PRIVACY, FILES.replace("%(n)s fichiers", "des fichiers")), "other placeholders in “des fichiers”"),
    ],
)
def test_what_is_missing_guessed_or_misformatted_is_named(project, entries, complaint):
    project(*entries)
    with pytest.raises(CommandError, match=complaint):
        call_command("check_messages")


def test_a_plural_form_for_one_number_may_say_it_in_words(project):
    project(PRIVACY, FILES.replace('"%(n)s fichier"', '"Un fichier"'))
    call_command("check_messages")


def test_entries_need_no_blank_line_between_them(tmp_path):
    catalogue = tmp_path / "django.po"
    catalogue.write_text('#: one\nmsgid "A"\nmsgstr "a"\n#: two\nmsgctxt "hours"\nmsgid "B"\nmsgstr ""\n"b\\n"\n"c"\n')
    assert [(entry.context, entry.text, entry.translations) for entry in catalogues.read(catalogue)] == [
        ("", "A", ["a"]),
        ("hours", "B", ["b\nc"]),
    ]


def test_a_definition_that_is_gone_is_named(tmp_path):
    module = tmp_path / "wording.py"
    module.write_text('class Request:\n    class Status:\n        NEW = _("New")\n')
    assert catalogues.marked(module, ["Request.Status"]) == [("", "New")]
    with pytest.raises(LookupError, match=r"Request\.State"):
        catalogues.marked(module, ["Request.State"])
