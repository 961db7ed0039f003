"""Who at the office keeps in touch with an organisation or a person."""

from collections.abc import Collection

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action

from ..models import Organisation, Person


@action
def hand_over(
    records: Collection[Organisation | Person], *, owner: User | None, actor: User | None, reason: str = ""
) -> int:
    """Give these records to one owner, or to nobody; return how many changed. Each change stands in its history."""
    changed = 0
    for model in (Organisation, Person):
        pks = [record.pk for record in records if isinstance(record, model)]
        rows = model.objects.filter(pk__in=pks)
        changed += (rows.exclude(owner=None) if owner is None else rows.exclude(owner=owner)).update(owner=owner)
    return changed
