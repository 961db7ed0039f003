"""`manage.py makemessages` that leaves a new text empty."""

from typing import ClassVar

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Collect the texts to translate. A translation guessed from a similar text is worse than none."""

    msgmerge_options: ClassVar[list[str]] = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
