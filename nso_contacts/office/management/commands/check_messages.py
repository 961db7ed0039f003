"""Check that what people outside the office read is written in every language the product ships."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# Portal, public pages and mail. Staff pages are in English so far.
PUBLIC = (
    "templates/portal_base.html",
    "templates/parts/keep_draft.html",
    "templates/parts/kept_draft.html",
    "templates/feedback/portal/",
    "templates/feedback/survey/question.html",
    "templates/feedback/survey/done.html",
    "templates/feedback/engagement.html",
    "templates/workshops/reply",
    "templates/pages/privacy.html",
    "templates/pages/accessibility.html",
    "templates/pages/help.html",
    "templates/stakeholders/preferences",
    "templates/mail/accounts/",
    "templates/mail/feedback/",
    "templates/mail/parts/",
    "templates/mail/workshops/",
    "templates/mail/base.",
    "templates/429.html",
    "templates/errors/",
    "templates/account/",
)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Command(BaseCommand):
    """Fail on an entry of a public template that a language lacks, and on a marked text missing from the catalogue."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the catalogues; raise CommandError with every missing entry."""
        missing = [
            f"{language}: {place}: {text}"
            for language, _name in settings.LANGUAGES
            if language != settings.LANGUAGE_CODE
            for place, text in untranslated(settings.BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po")
        ]
        if missing:
            raise CommandError("\n".join([*missing, f"{len(missing)} texts are not translated."]))


def untranslated(catalogue: Path) -> list[tuple[str, str]]:
    """Return (template, text) for each entry of a public template without a translation, or with an uncertain one."""
    found = []
    for block in catalogue.read_text().split("\n\n"):
        places = [place for line in re.findall(r"^#: (.*)$", block, re.MULTILINE) for place in line.split()]
        public = [place for place in places if place.startswith(PUBLIC)]
        if not public:
            continue
        texts = parts(block)
        translations = [text for key, text in texts.items() if key.startswith("msgstr")]
        if "#, fuzzy" in block or not all(translations):
            found.append((public[0], texts["msgid"]))
    return found


def parts(block: str) -> dict[str, str]:
    """Return the parts of an entry (msgid, msgstr, msgstr[0], …) with their text."""
    texts: dict[str, str] = {}
    key = ""
    for line in block.splitlines():
        if line.startswith("msg"):
            key = line.split(" ", 1)[0]
            texts[key] = ""
        if key and not line.startswith("#"):
            texts[key] += "".join(QUOTED.findall(line))
    return texts
