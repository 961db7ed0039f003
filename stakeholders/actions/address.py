"""What is learnt about e-mail addresses."""

from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.office import clock

from ..models import AddressState, Person


@action
def note_bounce(person: Person, address: str, *, actor: User | None) -> int:
    """Note that an address of a person takes no messages; return how many rows changed. Twice is once."""
    rows = person.emails.filter(address__iexact=address, state=AddressState.WORKS)
    return rows.update(state=AddressState.BOUNCED, state_on=clock.today())
