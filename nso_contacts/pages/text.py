"""Text as people see it: what is typed, or pasted from elsewhere, without characters that nobody can see."""

import re

# Control characters other than tab and line ends; the marks that turn the direction of what follows, by which a name
# can be made to read as another; spaces of no width and soft hyphens, by which two equal names differ. Joiners and the
# plain marks of direction stay: Persian, Indic scripts and mixed lines need them.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def visible(text: str) -> str:
    """Return text without unseen characters."""
    return UNSEEN.sub("", text)
