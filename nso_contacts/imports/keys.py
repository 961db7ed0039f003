"""When two texts are the same: upper and lower case and repeated spaces do not count.

The same rule twice, for Python and for PostgreSQL: rows are given their keys while they are read, existing records
while they are compared. A test holds both to each other.
"""

import hashlib
from collections.abc import Iterable

from nso_contacts.pages.text import visible

# Between the parts of a key: a character that no text of a form or a cleaned cell holds.
PART = "\x1f"
# Letters whose lower case takes more than one character, or depends on the place in the word, in Python alone.
SINGLE = str.maketrans({"İ": "i", "Σ": "σ"})


def clean(text: str) -> str:
    """Return a text without what nobody can see, without spaces at its ends and with single ones inside."""
    return " ".join(visible(text).split())


def plain(text: str) -> str:
    """Return the form in which texts are compared."""
    return clean(text).translate(SINGLE).lower()


def plain_sql(expression: str) -> str:
    """Return the SQL expression for the plain form of a text column."""
    return rf"lower(btrim(regexp_replace({expression}, '[\s\u00a0\u2007\u202f\u3000]+', ' ', 'g')))"


def signature(header: Iterable[str]) -> str:
    """Return what two files with the same columns have in common."""
    return hashlib.sha256(PART.join(plain(name) for name in header).encode()).hexdigest()
