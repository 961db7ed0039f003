"""Finding records by what somebody typed."""

from functools import reduce
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import Contains

from nso_contacts.office.models import ImmutableUnaccent

LONGEST = 200
MOST_WORDS = 8


def words(typed: str) -> list[str]:
    """Return the words to look for; what no text can hold is dropped."""
    return typed.replace("\x00", "")[:LONGEST].split()[:MOST_WORDS]


def matching(queryset: QuerySet[Any], typed: str, *fields: str) -> QuerySet[Any]:
    """Keep the rows in which every word typed occurs, whatever its case and accents.

    Without `fields` it looks into `search_text`, which holds everything findable in lower case and without accents
    and has a trigram index; with `fields` it looks into each of them.
    """
    for word in words(typed):
        plain = Lower(ImmutableUnaccent(Value(word)))
        if fields:
            found = (Q(Contains(Lower(ImmutableUnaccent(F(field))), plain)) for field in fields)
            queryset = queryset.filter(reduce(Q.__or__, found))
        else:
            queryset = queryset.filter(search_text__contains=plain)
    return queryset


def nearest(queryset: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """Keep the rows in which something is written almost like what was typed, the likest first.

    For when nothing matches: a word may be mistyped. It needs `search_text`, through whose index it looks.
    """
    plain: Any = Lower(ImmutableUnaccent(Cast(Value(" ".join(words(typed))), TextField())))
    likeness = TrigramWordSimilarity(plain, F("search_text"))
    return queryset.filter(search_text__trigram_word_similar=plain).order_by(likeness.desc(), "pk")
