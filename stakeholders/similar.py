"""Likely duplicates: records whose names are nearly what somebody types."""

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import F, Max, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Greatest, Lower

from nso_contacts.accounts.models import User
from nso_contacts.office.models import ImmutableUnaccent

from .models import Organisation, Person

MOST = 5
SHORTEST = 4
# How alike two names are from 0 to 1: "Ministry of Health" and "Minstry of Health" 0.8, and "Ministry of Labour" 0.5.
ALIKE = {Organisation: 0.6, Person: 0.5}


def similar(model: type[Organisation | Person], name: str, user: User, *, but: int | None = None) -> list:
    """Up to five records `user` may see whose name, or another name of theirs, is nearly `name`; the likeliest first.

    The trigram index on `search_text` finds candidates, and their names decide.
    """
    typed = " ".join(name.replace("\x00", "").split())[:200]
    if len(typed) < SHORTEST:
        return []
    plain = Lower(ImmutableUnaccent(Cast(Value(typed), TextField())))
    rows: QuerySet = model.objects.visible_to(user).filter(merged_into=None)
    if but is not None:
        rows = rows.exclude(pk=but)
    candidates = rows.filter(search_text__trigram_word_similar=typed).annotate(
        near=TrigramWordSimilarity(typed, F("search_text"))
    )
    keys = list(candidates.order_by("-near", "pk").values_list("pk", flat=True)[: MOST * 10])
    alike = Greatest(
        TrigramSimilarity(Lower(ImmutableUnaccent(F("name"))), plain),
        Coalesce(Max(TrigramSimilarity(Lower(ImmutableUnaccent(F("names__name"))), plain)), 0.0),
    )
    found = model.objects.filter(pk__in=keys).annotate(alike=alike).filter(alike__gte=ALIKE[model])
    return list(found.order_by("-alike", "pk")[:MOST])
