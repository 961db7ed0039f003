"""What the tests of faults share."""

from tests.mail.conftest import switches  # noqa: F401 - a fixture of the tests of mail
