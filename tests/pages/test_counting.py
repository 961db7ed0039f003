"""Counting without reading everything."""

from django.utils import translation

from nso_contacts.accounts.models import User
from nso_contacts.pages.counting import Count, capped


def test_several_are_counted_in_one_statement_and_none_beyond_the_limit(make_user, django_assert_num_queries):
    first, *_others, last = [make_user("liaison", name="Reader") for _ in range(4)]
    everybody = User.objects.filter(name="Reader")
    asked = {
        "all": everybody,
        "one": everybody.filter(pk=first.pk),
        "impossible": everybody.none(),
        "three": everybody.exclude(pk=last.pk),
    }

    with django_assert_num_queries(1):
        found = capped(asked, most=3)

    assert found == {"all": Count(3, more=True), "one": Count(1), "impossible": Count(0), "three": Count(3)}


def test_a_number_that_goes_on_says_so():
    with translation.override("en"):
        assert Count(10_000, more=True).shown == f"{Count(10_000).shown}+"
