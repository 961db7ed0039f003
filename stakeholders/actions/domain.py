"""Statistical domains: loading an edition of a classification, and what an office calls its domains."""

import re
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action

from ..models import DomainScheme, StatisticalDomain

CODE = re.compile(r"[A-Za-z0-9]{1,6}(\.[A-Za-z0-9]{1,6}){0,5}")
MOST_ERRORS = 20


@action
def load_scheme(scheme: DomainScheme, rows: Sequence[Mapping[str, str]], *, actor: User | None) -> tuple[int, int]:
    """Load the domains of a scheme from rows with code, parent, title and description; return (new, changed).

    The rows are checked whole before anything is written. A domain that the rows do not name stays: records are filed
    under it.
    """
    _refuse(check(scheme, rows))
    scheme.full_clean()
    scheme.save()
    known = {domain.code: domain for domain in scheme.domains.all()}
    created = changed = 0
    for row in sorted(rows, key=lambda row: row["code"].count(".")):
        values = {
            "title": row["title"],
            "description": row.get("description", ""),
            "parent": known.get(row.get("parent", "")),
        }
        domain = known.get(row["code"])
        if domain is None:
            known[row["code"]] = StatisticalDomain.objects.create(scheme=scheme, code=row["code"], **values)
            created += 1
        elif any(getattr(domain, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(domain, name, value)
            domain.save()
            changed += 1
    return created, changed


@action
def use_for_new_records(scheme: DomainScheme, *, actor: User | None) -> DomainScheme:
    """Offer this scheme for new records; what is filed under another keeps its code."""
    DomainScheme.objects.filter(is_default=True).exclude(pk=scheme.pk).update(is_default=False)
    scheme.is_default = True
    scheme.save(update_fields=["is_default"])
    return scheme


@action
def rename(domain: StatisticalDomain, *, actor: User | None, reason: str = "") -> StatisticalDomain:
    """Save what this office calls a domain."""
    domain.full_clean()
    domain.save()
    return domain


def check(scheme: DomainScheme, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Everything that is wrong with the rows, with the number of the line (the heading is line 1)."""
    codes = {row.get("code", "") for row in rows}
    if scheme.pk:
        codes |= set(scheme.domains.values_list("code", flat=True))
    wrong, seen = [], set()
    for line, row in enumerate(rows, start=2):
        code, parent = row.get("code", ""), row.get("parent", "")
        if not CODE.fullmatch(code):
            wrong.append(_("Line %(line)s: “%(code)s” is not a code such as 1.10.") % {"line": line, "code": code})
        elif code in seen:
            wrong.append(_("Line %(line)s: code %(code)s stands there twice.") % {"line": line, "code": code})
        if not row.get("title"):
            wrong.append(_("Line %(line)s: the title is missing.") % {"line": line})
        elif len(row["title"]) > 200:
            wrong.append(_("Line %(line)s: the title is longer than 200 characters.") % {"line": line})
        if parent and (parent not in codes or not code.startswith(f"{parent}.")):
            wrong.append(
                _("Line %(line)s: %(code)s cannot belong under “%(parent)s”.")
                % {"line": line, "code": code, "parent": parent}
            )
        seen.add(code)
    return wrong if rows else [_("The file holds no domains.")]


def _refuse(wrong: list[str]) -> None:
    if wrong:
        more = len(wrong) - MOST_ERRORS
        rest = [_("… and %(more)s more.") % {"more": more}] if more > 0 else []
        raise ValidationError({"file": [*wrong[:MOST_ERRORS], *rest]})
