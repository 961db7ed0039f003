"""The few tags the page shapes need."""

import re
import unicodedata
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from nso_contacts.office.templatetags.office import number, office_date, office_datetime

register = template.Library()


@cache
def icon_names() -> frozenset[str]:
    """Return the names in the icon sprite."""
    sprite = Path(finders.find("img/icons.svg") or "")
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text())) if sprite.is_file() else frozenset()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString | str:
    """Print an icon of the sprite. Without `label` it is decoration that a screen reader skips.

    Names are listed in static/vendor/icons.txt; an unknown one is an error while developing and nothing in use.
    """
    if not name:
        return ""
    if (settings.DEBUG or settings.TESTING) and name not in icon_names():
        raise template.TemplateSyntaxError(f"No icon is called {name}: add it to static/vendor/icons.txt")
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="bi bi-{}" role="img" aria-label="{}"><use href="{}"/></svg>', name, label, href)
    return format_html('<svg class="bi bi-{}" aria-hidden="true"><use href="{}"/></svg>', name, href)


@register.simple_tag
def status(state: str, text: Any, icon_name: str = "", *, box: bool = False) -> SafeString:
    """Print a status: icon, words and colour. `state` is ok, warn, late, info or empty."""
    classes = "st" + (" st-box" if box else "") + (f" st-{state}" if state else "")
    return format_html('<span class="{}">{}{}</span>', classes, icon(icon_name), text)


@register.simple_tag
def panel(shown: Any) -> SafeString | str:
    """Draw a panel of `pages.panels` with its own content and nothing else."""
    return get_template(shown.template).render({"panel": shown.panel, **shown.content})


@register.filter
def shown(value: Any) -> Any:
    """Print the value of a cell: a dash for nothing, yes and no in words, dates and numbers as the office does."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return office_datetime(value)
    if isinstance(value, date):
        return office_date(value)
    if isinstance(value, int):
        return number(value)
    return ", ".join(str(one) for one in value) if isinstance(value, (list, tuple)) else value


def plain(text: str) -> str:
    """Return text in lower case without accents, letter by letter, so that places in it stay the same."""
    letters = []
    for letter in text:
        base = unicodedata.normalize("NFKD", letter)[:1].casefold()
        letters.append(base if len(base) == 1 else letter.lower()[:1])
    return "".join(letters)


@register.filter
def marked(text: Any, typed: str) -> SafeString:
    """Print text with the words that were searched for marked."""
    text = str(text)
    found = "|".join(re.escape(plain(word)) for word in sorted(typed.split(), key=len, reverse=True))
    if not found:
        return format_html("{}", text)
    pieces, end = [], 0
    for hit in re.finditer(found, plain(text)):
        pieces += [("{}", text[end : hit.start()]), ("<mark>{}</mark>", text[hit.start() : hit.end()])]
        end = hit.end()
    return format_html_join("", "{}", [(format_html(form, piece),) for form, piece in [*pieces, ("{}", text[end:])]])


@register.filter
def initials(name: Any) -> str:
    """Print one or two letters of a name."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
