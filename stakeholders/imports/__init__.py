"""What can be imported into the directory and the catalogue."""

from nso_contacts.imports import importers

from .organisations import OrganisationImporter
from .people import PersonImporter


def register():
    """Offer these kinds of import."""
    for importer in (OrganisationImporter(), PersonImporter()):
        importers.register(importer)
