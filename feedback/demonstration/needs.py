"""To be written."""


def load(story):
    """Nothing yet."""


def count_due_dates(story):
    """Nothing yet."""
