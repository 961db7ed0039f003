"""Import people from a file."""

from nso_contacts.imports.command import ImportCommand


class Command(ImportCommand):
    """The import of /imports/ from the command line."""

    help = "Import people from a CSV or XLSX file: all rows are checked first, then applied at once."
    kind = "people"
