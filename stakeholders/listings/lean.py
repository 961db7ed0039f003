"""Lists whose rows need more than one table: the keys are found without it, the cells are filled for what is shown."""

from nso_contacts.pages import export
from nso_contacts.pages.listing import Action, Listing

from .. import bulk_kinds


def bulk_actions(subject, *, archived):
    """The bulk actions for people or organisations as buttons of their list."""
    return [
        Action(kind.title, f"stakeholders:{subject}_bulk", kind.icon, kind.capability, kind.primary, (kind.key,))
        for kind in bulk_kinds.offered(subject, archived=archived)
    ]


class LeanListing(Listing):
    """A list whose `queryset` brings along what the cells need, while `rows` are the bare records.

    Finding the keys of a page then walks one index, whatever the cells show.
    """

    @property
    def queryset(self):
        """The records with everything their cells show."""
        raise NotImplementedError

    def rows(self):
        """The bare records that belong into the list."""
        raise NotImplementedError

    def export(self, wish):
        """Answer with every row found, as a file."""
        columns = self.on("export")
        found = self.queryset.filter(pk__in=self.found.order_by().values("pk")).order_by(*self.order)
        body = ([column.exported(row) for column in columns] for row in found.iterator(chunk_size=2000))
        return export.respond(wish, str(self.title), [str(column.title) for column in columns], body)
