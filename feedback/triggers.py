"""Database triggers of feedback: derived search text."""

import pgtrigger


def _search_text(*columns):
    """A trigger that keeps `search_text`: lower case, unaccented, the given columns in one."""
    text = ", ".join(f"NEW.{column}" for column in columns)
    return pgtrigger.Trigger(
        name="search_text",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"NEW.search_text := lower(immutable_unaccent(concat_ws(' ', {text}))); RETURN NEW;",
    )


REQUEST_SEARCH = _search_text("reference", "subject", "details", "requester_name", "requester_email")
NEED_SEARCH = _search_text("reference", "title", "description", "policy_context")
