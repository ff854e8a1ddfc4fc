"""Which screens there are: their addresses, found as a person finds them, by following links."""

from tests.screens.places.books import BOOKS
from tests.screens.places.decisions import DECISIONS
from tests.screens.places.outside import ERRORS, OUTSIDE, STOPPED
from tests.screens.places.place import (
    COMPANY,
    CUSTOMERS,
    HALFWAY,
    INBOX,
    INVOICES,
    MESSAGES,
    VIEWER,
    Place,
)
from tests.screens.places.rest import REST
from tests.screens.places.talks import DAY, TALKS

# Everything stops for the last ones.
PLACES = [*OUTSIDE, *ERRORS, *DAY, *TALKS, *BOOKS, *DECISIONS, *REST, *STOPPED]

__all__ = [
    "COMPANY",
    "CUSTOMERS",
    "HALFWAY",
    "INBOX",
    "INVOICES",
    "MESSAGES",
    "PLACES",
    "VIEWER",
    "Place",
]
