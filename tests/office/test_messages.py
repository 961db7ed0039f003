"""What people outside the office read is written in every language of the product."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override


def test_public_texts_are_translated():
    call_command("check_messages")


def test_the_compiled_catalogues_are_used():
    with override("fr"):
        assert gettext("Request data") == "Demander des données"
    with override("ar"):
        assert gettext("Request data") == "طلب بيانات"


def test_a_missing_text_is_named(settings, tmp_path):
    folder = tmp_path / "locale/fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('#: templates/portal_base.html\nmsgid "Privacy"\nmsgstr ""\n')
    settings.BASE_DIR = tmp_path
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    with pytest.raises(CommandError, match="Privacy"):
        call_command("check_messages")
