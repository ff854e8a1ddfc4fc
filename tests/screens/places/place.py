"""One screen, and the addresses that many begin with."""

from dataclasses import dataclass

BOOKKEEPER, MANAGER, OWNER, VIEWER = "bookkeeper", "manager", "owner", "viewer"

# Past the password, before the second factor.
HALFWAY = "halfway"


@dataclass(frozen=True)
class Place:
    """One screen: where it is, or which link on another screen leads there, and what is done."""

    name: str
    # May name an address that only living in the demo gives: ``{unpaid}``.
    path: str
    # Nobody in particular when empty: pages of customers and before the door.
    who: str = OWNER
    # A CSS selector of a link on ``path``; the screen is what it leads to.
    link: str = ""
    # Done on the page before the picture: ``click``, ``wait``, ``press``, ``nonsense`` (a form
    # filled with what nobody can read, and sent), ``identify``, ``fill SELECTOR = WORDS``,
    # ``empty`` (a form sent with nothing in it), ``upload SELECTOR = FILE``, ``stall`` and ``lose``
    # (an address that does not answer any more, or cannot be reached).
    steps: tuple[str, ...] = ()
    status: int = 200


COMPANY = "/c/juniper-vale"
OTHER = "/c/red-mesa"
MESSAGES, INBOX = f"{COMPANY}/messages/", f"{COMPANY}/messages/inbox/"
INVOICES, CUSTOMERS = f"{COMPANY}/invoices/", f"{COMPANY}/customers/"
MONEY, SETUP = f"{COMPANY}/money/", f"{COMPANY}/setup"
SYSTEM = f"{COMPANY}/system/"

# The link to the place itself, not its rows' other links.
ROW = "tbody a"
FIRST_THREAD = ".pane-list a.item"
