"""Which screens there are: their addresses, found as a person finds them, by following links."""

from dataclasses import dataclass

BOOKKEEPER, MANAGER, OWNER = "bookkeeper", "manager", "owner"


@dataclass(frozen=True)
class Place:
    """One screen: where it is, or which link on another screen leads there."""

    name: str
    path: str
    who: str = OWNER
    # A CSS selector of a link on ``path``; the screen is what it leads to.
    link: str = ""
    # Which company's pages; empty for pages above all companies.
    public: bool = False


COMPANY = "/c/juniper-vale"
OTHER = "/c/red-mesa"
PLACES = [
    Place("sign-in", "/accounts/login/", public=True),
    Place("password-reset", "/accounts/password/reset/", public=True),
    Place("not-found", "/c/nobody/", who=BOOKKEEPER),
    Place("today-all", "/", who=BOOKKEEPER),
    Place("today", f"{COMPANY}/", who=BOOKKEEPER),
    Place("batch", f"{COMPANY}/messages/", who=BOOKKEEPER),
    Place("inbox", f"{COMPANY}/messages/inbox/", who=BOOKKEEPER),
    Place("thread", f"{COMPANY}/messages/inbox/", who=BOOKKEEPER, link=".pane-list a.item"),
    Place("inbox-empty", f"{OTHER}/messages/inbox/", who=BOOKKEEPER),
    Place("customers", f"{COMPANY}/customers/", who=BOOKKEEPER),
    Place("customers-none", f"{COMPANY}/customers/?q=zzzz", who=BOOKKEEPER),
    Place("customer", f"{COMPANY}/customers/?sort=-overdue", who=BOOKKEEPER, link="tbody a"),
    Place("data-to-fix", f"{COMPANY}/invoices/data-to-fix/", who=BOOKKEEPER),
    Place("invoices", f"{COMPANY}/invoices/", who=BOOKKEEPER),
    Place("invoice", f"{COMPANY}/invoices/", who=BOOKKEEPER, link="tbody a"),
    Place("aging", f"{COMPANY}/invoices/aging/", who=BOOKKEEPER),
    Place("approvals", f"{COMPANY}/invoices/approvals/", who=MANAGER),
    Place(
        "approval",
        f"{COMPANY}/invoices/approvals/",
        who=MANAGER,
        link="main a[href*='/approvals/']:not([href*='?'])",
    ),
    Place("tasks", f"{COMPANY}/invoices/tasks/", who=BOOKKEEPER),
    Place("cadences", f"{COMPANY}/invoices/cadences/", who=MANAGER),
    Place(
        "cadence", f"{COMPANY}/invoices/cadences/", who=MANAGER, link="main a[href*='/cadences/']"
    ),
    Place("money", f"{COMPANY}/money/", who=BOOKKEEPER),
    Place("postings", f"{COMPANY}/money/postings/", who=BOOKKEEPER),
    Place("payment", f"{COMPANY}/money/", who=BOOKKEEPER, link="tbody a"),
    Place("connections", f"{COMPANY}/setup/connections/"),
    Place("connect-twilio", f"{COMPANY}/setup/connections/twilio/"),
    Place("members", f"{COMPANY}/setup/members/"),
    Place("settings", f"{COMPANY}/setup/settings/"),
    Place("stop", f"{COMPANY}/setup/stop/"),
    Place("second-factor", "/accounts/2fa/"),
    Place("styleguide", "/styleguide/", who=BOOKKEEPER),
]
