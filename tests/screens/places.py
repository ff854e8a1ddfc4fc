"""Which screens there are: their addresses, found as a person finds them, by following links."""

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
    # filled with what nobody can read, and sent), ``identify``, ``fill SELECTOR = WORDS``.
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

OUTSIDE = [
    Place("sign-in", "/accounts/login/", who=""),
    Place(
        "sign-in-refused",
        "/accounts/login/",
        who="",
        steps=(
            "fill input[name=login] = somebody@arbook.example",
            "fill input[name=password] = not the password",
            "click main button[type=submit]",
        ),
    ),
    Place("password-reset", "/accounts/password/reset/", who=""),
    Place("code-asked", "/accounts/2fa/authenticate/", who=HALFWAY),
    Place("pay-open", "{unpaid}", who=""),
    Place("pay-many", "{unpaid_many}", who=""),
    Place("pay-paid", "{paid}", who=""),
    Place("pay-thanks", "{paid}done/", who=""),
    Place("pay-in-flight", "{flying}", who=""),
    Place("pay-set-aside", "{contested}", who=""),
    Place("pay-offers-texts", "{texts_offered}", who=""),
    Place("pay-unknown", "/pay/0-aaaaaaaaaaaaaaaa/", who="", status=404),
    Place("pay-texts", "{texts_offered}texts/", who=""),
    Place("pay-texts-refused", "{texts_offered}texts/", who="", steps=("nonsense main form",)),
    Place(
        "pay-texts-asked",
        "{texts_offered}texts/",
        who="",
        steps=(
            "fill main input[type=tel] = (332) 555-0188",
            "click main input[type=checkbox]",
            "click main form button",
        ),
    ),
    Place("checkout", "{unpaid}", who="", steps=("click .pay-form button",)),
    Place("copy", "{copy}", who=""),
    Place("copy-unknown", "/copy/0-aaaaaaaaaaaaaaaa/", who="", status=404),
    Place("plan-offered", "{offered}", who=""),
    Place(
        "plan-agreed",
        "{offered}",
        who="",
        steps=("fill input[name=name] = Jane Roe", "click main form button"),
    ),
    Place("unsubscribe", "{unsubscribe}", who=""),
]
ERRORS = [
    Place("not-found", "/c/nobody/", who=BOOKKEEPER, status=404),
    Place("not-allowed", f"{SETUP}/connections/twilio/", who=VIEWER, status=403),
    Place("broken", "/broken/", who=BOOKKEEPER, status=500),
]
DAY = [
    Place("today-all", "/", who=BOOKKEEPER),
    Place("today", f"{COMPANY}/", who=BOOKKEEPER),
    Place("today-viewer", f"{COMPANY}/", who=VIEWER),
    Place("keys", f"{COMPANY}/", who=BOOKKEEPER, steps=("press ?",)),
    Place("search", f"{COMPANY}/search/?q=bikes", who=BOOKKEEPER),
    Place("batch", f"{OTHER}/messages/", who=BOOKKEEPER),
    Place("batch-viewer", f"{OTHER}/messages/", who=VIEWER),
    Place("batch-silent", MESSAGES, who=BOOKKEEPER, steps=("click #not-going-out summary",)),
    Place(
        "batch-edit",
        f"{OTHER}/messages/",
        who=BOOKKEEPER,
        steps=("click #chosen a[data-key=e]", "wait #dialog-body textarea"),
    ),
    Place(
        "batch-why",
        f"{OTHER}/messages/",
        who=BOOKKEEPER,
        steps=("click #chosen a[data-key=w]", "wait #drawer-body .gates"),
    ),
]
TALKS = [
    Place("inbox", INBOX, who=BOOKKEEPER),
    Place("inbox-mine", f"{INBOX}?queue=mine", who=BOOKKEEPER),
    Place("inbox-unassigned", f"{INBOX}?queue=unassigned", who=BOOKKEEPER),
    Place("inbox-waiting", f"{INBOX}?queue=waiting", who=BOOKKEEPER),
    Place("inbox-snoozed", f"{INBOX}?queue=snoozed", who=BOOKKEEPER),
    Place("inbox-unknown", f"{INBOX}?queue=unknown", who=BOOKKEEPER),
    Place("inbox-closed", f"{INBOX}?queue=closed", who=BOOKKEEPER),
    Place("inbox-none", f"{INBOX}?q=zzzz", who=BOOKKEEPER),
    Place("inbox-empty", f"{OTHER}/messages/inbox/", who=BOOKKEEPER),
    Place("thread", INBOX, who=BOOKKEEPER, link=FIRST_THREAD),
    Place("thread-long", f"{INBOX}?q=Beteiligung", who=BOOKKEEPER, link=FIRST_THREAD),
    Place("thread-mail", f"{INBOX}?q=purchase+order", who=BOOKKEEPER, link=FIRST_THREAD),
    Place(
        "mail-whole",
        f"{INBOX}?q=purchase+order",
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click #talk a[href*='/letters/']",),
    ),
    Place(
        "thread-misread",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click .reading-fix summary",),
    ),
    Place(
        "thread-under-way",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("stall **/snooze/**", "click a[data-key=s]"),
    ),
    Place(
        "thread-cut-off",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("lose **/inbox/pulse/**", "wait .pulse.is-lost"),
    ),
    Place("thread-unknown", f"{INBOX}?queue=unknown", who=BOOKKEEPER, link=FIRST_THREAD),
    Place("thread-stopped", f"{INBOX}?q=texting", who=BOOKKEEPER, link=FIRST_THREAD),
    Place("thread-closed", f"{INBOX}?queue=closed", who=BOOKKEEPER, link=FIRST_THREAD),
    Place("thread-viewer", INBOX, who=VIEWER, link=FIRST_THREAD),
    Place(
        "inbox-chosen", INBOX, who=BOOKKEEPER, steps=("press j", "press x", "press j", "press x")
    ),
    Place("inbox-about", f"{INBOX}?queue=needs&tag=plan", who=BOOKKEEPER),
    Place("inbox-about-none", f"{INBOX}?queue=snoozed&tag=plan", who=BOOKKEEPER),
    Place(
        "thread-saved",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("press r", "press /", "wait .saved-find:focus"),
    ),
    Place(
        "thread-dear",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=(
            "press r",
            "fill #composer textarea = Thank you ✓ we look into it",
            "wait .offender mark",
        ),
    ),
    Place(
        "thread-later",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click .composer-later summary",),
    ),
    Place(
        "thread-note",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("press n", "fill #composer textarea = Ask Ana about October"),
    ),
    Place("saved-replies", f"{INBOX}saved-replies/", who=MANAGER),
    Place("saved-replies-read", f"{INBOX}saved-replies/", who=BOOKKEEPER),
    Place("saved-reply", f"{INBOX}saved-replies/link/", who=MANAGER),
    Place(
        "saved-reply-refused",
        f"{INBOX}saved-replies/new/",
        who=MANAGER,
        steps=("nonsense main form[method=post]",),
    ),
    Place(
        "thread-promise",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click a[data-key=p]", "wait #dialog-body form"),
    ),
    Place(
        "thread-close-refused",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click a[data-key=c]", "wait #dialog-body form", "nonsense #dialog-body form"),
    ),
    *(
        Place(
            f"thread-{name}",
            INBOX,
            who=BOOKKEEPER,
            link=FIRST_THREAD,
            steps=(f"click a[data-key={key}]", "wait #dialog-body form"),
        )
        for name, key in (
            ("dispute", "d"),
            ("payment", "v"),
            ("plan", "l"),
            ("copy", "f"),
            ("task", "i"),
            ("contact", "h"),
            ("wrong-person", "y"),
            ("stop", "t"),
            ("snooze", "s"),
        )
    ),
    Place(
        "thread-allow",
        f"{INBOX}?q=texting",
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click a[href$='/allow/']", "wait #dialog-body form"),
    ),
    Place(
        "thread-link",
        f"{INBOX}?queue=unknown",
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click a[data-key=b]", "wait #dialog-body form"),
    ),
    Place(
        "thread-correct",
        INBOX,
        who=BOOKKEEPER,
        link=FIRST_THREAD,
        steps=("click a[href$='/correct/']", "wait #dialog-body form"),
    ),
    Place("readings", f"{INBOX}readings/", who=MANAGER),
    Place("readings-none", f"{OTHER}/messages/inbox/readings/", who=BOOKKEEPER),
]
BOOKS = [
    Place("customers", CUSTOMERS, who=BOOKKEEPER),
    Place("consent", f"{CUSTOMERS}consent/", who=MANAGER),
    Place("consent-none", f"{CUSTOMERS}consent/?q=zzzz", who=BOOKKEEPER),
    Place("consent-unknown", f"{CUSTOMERS}consent/?standing=unknown", who=BOOKKEEPER),
    Place("consent-number", f"{CUSTOMERS}consent/", who=BOOKKEEPER, link=ROW),
    Place("consent-stopped", f"{CUSTOMERS}consent/?standing=withdrawn", who=BOOKKEEPER),
    Place(
        "consent-stopped-number",
        f"{CUSTOMERS}consent/?standing=withdrawn",
        who=BOOKKEEPER,
        link=ROW,
    ),
    Place(
        "consent-telephone",
        f"{CUSTOMERS}consent/?standing=given",
        who=BOOKKEEPER,
        link=ROW,
        steps=("click details.card summary",),
    ),
    Place(
        "consent-decide",
        f"{CUSTOMERS}consent/",
        who=BOOKKEEPER,
        steps=("click a[href*='/opt-ins/']", "wait #dialog-body form"),
    ),
    Place(
        "consent-given",
        f"{CUSTOMERS}consent/?standing=unknown",
        who=BOOKKEEPER,
        link=ROW,
        steps=("click a[href$='/consent/'].btn", "wait #dialog-body form"),
    ),
    Place(
        "consent-ask",
        f"{CUSTOMERS}consent/?standing=unknown",
        who=BOOKKEEPER,
        link=ROW,
        steps=("click a[href$='/ask/']", "wait #dialog-body form"),
    ),
    Place(
        "consent-form",
        f"{CUSTOMERS}consent/?standing=unknown",
        who=BOOKKEEPER,
        link=ROW,
        steps=("click a[href$='/form/']", "wait main input[type=file]"),
    ),
    Place("consent-import", f"{CUSTOMERS}consent/import/", who=MANAGER),
    Place(
        "consent-import-refused",
        f"{CUSTOMERS}consent/import/",
        who=MANAGER,
        steps=("nonsense main form.form",),
    ),
    Place(
        "consent-import-looked",
        f"{CUSTOMERS}consent/import/",
        who=MANAGER,
        steps=(
            "upload main input[type=file] = CONSENTS",
            "fill main [name=wording] = I agree to texts about my account.",
            "fill main [name=how] = Paper form at the front desk",
            "fill main [name=given_on] = 2026-03-01",
            "fill main [name=attested_by] = Jane Roe",
            "fill main [name=capacity] = Owner",
            "click main form.form input[type=checkbox]",
            "click main form.form button",
        ),
    ),
    Place("consent-words", f"{CUSTOMERS}consent/wordings/", who=MANAGER),
    Place("registration", f"{MESSAGES}registration/", who=MANAGER),
    Place("registration-viewer", f"{OTHER}/messages/registration/", who=VIEWER),
    Place("calendar", f"{MESSAGES}calendar/", who=BOOKKEEPER),
    Place("calendar-none", f"{MESSAGES}calendar/?from=2026-01-01", who=BOOKKEEPER),
    Place(
        "calendar-customer",
        "{ten_open}?tab=calendar",
        who=BOOKKEEPER,
        steps=("wait .calendar-days",),
    ),
    Place("customers-none", f"{CUSTOMERS}?q=zzzz", who=BOOKKEEPER),
    Place("customer", f"{CUSTOMERS}?q=blackbird", who=BOOKKEEPER, link=ROW),
    Place("customer-long", f"{CUSTOMERS}?q=Beteiligung", who=BOOKKEEPER, link=ROW),
    Place("customer-invoices", "{ten_open}?tab=invoices", who=BOOKKEEPER),
    Place("customer-contacts", "{ten_open}?tab=contacts", who=BOOKKEEPER),
    Place("customer-notes", "{ten_open}?tab=notes", who=BOOKKEEPER),
    Place("customer-viewer", "{ten_open}", who=VIEWER),
    Place("customer-data", "{ten_open}", who=MANAGER, link="a[href*='/setup/persons/']"),
    Place("customer-vip", f"{CUSTOMERS}?q=stonecrop", who=BOOKKEEPER, link=ROW),
    Place(
        "customer-pause",
        "{ten_open}",
        who=BOOKKEEPER,
        steps=("click a[href$='/pause/']", "wait #dialog-body form"),
    ),
    Place(
        "contact-refused",
        "{ten_open}contacts/new/",
        who=BOOKKEEPER,
        steps=("nonsense main form.form",),
    ),
    Place("data-to-fix", f"{INVOICES}data-to-fix/", who=BOOKKEEPER),
    Place("invoices", INVOICES, who=BOOKKEEPER),
    Place("invoices-long", f"{INVOICES}?q=Beteiligung", who=BOOKKEEPER),
    Place("invoices-none", f"{INVOICES}?q=zzzz", who=BOOKKEEPER),
    Place("invoice", "{owing}", who=BOOKKEEPER),
    Place("invoice-paid", "{settled}", who=BOOKKEEPER),
    Place("invoice-in-flight", "{in_flight}", who=BOOKKEEPER),
    Place("invoice-disputed", "{disputed}", who=BOOKKEEPER),
    Place(
        "invoice-drawer",
        INVOICES,
        who=BOOKKEEPER,
        steps=(f"click {ROW}", "wait #drawer-body .gates"),
    ),
    Place("promise-refused", "{owing}promise/", who=BOOKKEEPER, steps=("nonsense main form.form",)),
    Place("aging", f"{INVOICES}aging/", who=BOOKKEEPER),
    Place("aging-documents", f"{INVOICES}aging/?by=invoice", who=BOOKKEEPER),
    Place("aging-bucket", f"{INVOICES}aging/?by=invoice&cell=1", who=BOOKKEEPER),
    Place("aging-then", f"{INVOICES}aging/?as_of=2026-03-31&set=risk", who=BOOKKEEPER),
]
DECISIONS = [
    Place("approvals", f"{INVOICES}approvals/", who=MANAGER),
    Place("approval", f"{INVOICES}approvals/", who=MANAGER, link="main a.btn[href*='/approvals/']"),
    Place(
        "approval-bookkeeper",
        f"{INVOICES}approvals/",
        who=BOOKKEEPER,
        link="main a.btn[href*='/approvals/']",
    ),
    Place("approval-letter", "{letter}", who=MANAGER),
    Place("approvals-history", f"{INVOICES}approvals/history/", who=MANAGER),
    Place("tasks", f"{INVOICES}tasks/", who=BOOKKEEPER),
    Place("tasks-mine", f"{INVOICES}tasks/?owner=me", who=BOOKKEEPER),
    Place("disputes", f"{INVOICES}disputes/", who=BOOKKEEPER),
    Place("dispute", f"{INVOICES}disputes/", who=BOOKKEEPER, link="[data-row] a"),
    Place("disputes-none", f"{OTHER}/invoices/disputes/", who=BOOKKEEPER),
    Place(
        "dispute-resolve",
        f"{INVOICES}disputes/",
        who=BOOKKEEPER,
        link="[data-row] a",
        steps=("click a[href$='/resolve/']", "wait #dialog-body form"),
    ),
    Place("plans", f"{INVOICES}plans/?show=all", who=BOOKKEEPER),
    Place("plans-none", f"{OTHER}/invoices/plans/", who=BOOKKEEPER),
    Place("plan", f"{INVOICES}plans/?show=all", who=MANAGER, link="[data-row] a"),
    Place(
        "plan-end",
        f"{INVOICES}plans/?show=all",
        who=MANAGER,
        link="[data-row] a",
        steps=("click a[href$='/end/']", "wait #dialog-body form"),
    ),
    Place(
        "approval-plan",
        f"{INVOICES}approvals/",
        who=MANAGER,
        link="article:has-text('plan') a.btn[href*='/approvals/']",
    ),
    Place("customer-plan", "{planned}?tab=plans", who=BOOKKEEPER),
    Place("idle", f"{INVOICES}?state=idle", who=BOOKKEEPER),
    Place(
        "task", f"{INVOICES}tasks/", who=BOOKKEEPER, link="main a[href*='/tasks/']:not([href*='?'])"
    ),
    Place("tasks-none", f"{OTHER}/invoices/tasks/?owner=me", who=BOOKKEEPER),
    Place(
        "task-likely",
        f"{INVOICES}tasks/",
        who=BOOKKEEPER,
        link="[data-row]:has-text('Verify a payment') a",
        steps=("wait #likely",),
    ),
    Place("idle-none", f"{OTHER}/invoices/?state=idle", who=BOOKKEEPER),
    Place("cadences", f"{INVOICES}cadences/", who=MANAGER),
    Place("cadence", f"{INVOICES}cadences/", who=MANAGER, link="main a[href*='/cadences/']"),
    Place("cadence-edit", "{cadence}edit/", who=MANAGER),
    Place(
        "cadence-refused",
        "{cadence}edit/",
        who=MANAGER,
        steps=("nonsense main form[method=post]",),
    ),
]
REST = [
    Place("texts", f"{MESSAGES}templates/", who=MANAGER),
    Place("texts-viewer", f"{MESSAGES}templates/reminder.email.en/", who=VIEWER),
    Place("texts-telephone", f"{MESSAGES}templates/reminder.sms.en/", who=MANAGER),
    Place("texts-mail", f"{MESSAGES}templates/firm-combined.email.es/", who=MANAGER),
    Place(
        "texts-judged",
        f"{MESSAGES}templates/reminder.sms.es/",
        who=MANAGER,
        steps=(
            "fill textarea[name=body] = {business}: ¡Último día! 🙂 Pague {total} o llamo a mi"
            " abogado. {link} שלום",
            "click button[value=preview]",
        ),
    ),
    Place("calls-none", f"{OTHER}/messages/calls/", who=BOOKKEEPER),
    Place(
        "calls",
        f"{CUSTOMERS}?q=Beteiligung",
        who=BOOKKEEPER,
        link=ROW,
        steps=("click form[action*='/calls/of-customer/'] button",),
    ),
    Place(
        "calls-promise",
        f"{MESSAGES}calls/",
        who=BOOKKEEPER,
        steps=("click a[data-key=p]", "wait #dialog-body form"),
    ),
    Place("evidence", f"{MESSAGES}evidence/", who=MANAGER),
    Place("evidence-customer", "{ten_open}", who=MANAGER, link="a[href*='/evidence/']"),
    Place("evidence-check", f"{MESSAGES}evidence/check/", who=MANAGER),
    Place("money", MONEY, who=BOOKKEEPER),
    Place("money-none", f"{OTHER}/money/", who=BOOKKEEPER),
    Place("postings", f"{MONEY}postings/", who=BOOKKEEPER),
    Place(
        "payment", f"{MONEY}?state=succeeded", who=BOOKKEEPER, link="tbody a[href*='/payments/']"
    ),
    Place(
        "payment-in-flight",
        f"{MONEY}?state=in_flight",
        who=BOOKKEEPER,
        link="tbody a[href*='/payments/']",
    ),
    Place("system", SYSTEM),
    Place("system-viewer", SYSTEM, who=VIEWER),
    Place("events", f"{SYSTEM}events/"),
    Place("events-none", f"{SYSTEM}events/?q=zzzz"),
    Place("event", f"{SYSTEM}events/?vendor=quickbooks", link=ROW),
    Place(
        "event-preview",
        f"{SYSTEM}events/?vendor=stripe&state=done",
        link=ROW,
        steps=("click a[href$='/preview/']", "wait #drawer-body #preview"),
    ),
    Place("effects", f"{SYSTEM}effects/"),
    Place("effect", f"{SYSTEM}effects/?kind=reconciliation.post_payment", link=ROW),
    Place("dead-letters", f"{SYSTEM}dead-letters/"),
    Place("dead-letters-none", f"{OTHER}/system/dead-letters/"),
    Place("workers", f"{SYSTEM}workers/", who=MANAGER),
    Place("audit-log", f"{SYSTEM}audit-log/"),
    Place("audit-log-none", f"{SYSTEM}audit-log/?q=zzzz"),
    Place("audit-entry", f"{SYSTEM}audit-log/?family=money", link=ROW),
    Place("connections", f"{SETUP}/connections/"),
    Place("connect-twilio", f"{SETUP}/connections/twilio/"),
    Place("connect-stripe", f"{SETUP}/connections/stripe/"),
    Place("connect-refused", f"{SETUP}/connections/stripe/", steps=("nonsense main form.form",)),
    Place("members", f"{SETUP}/members/"),
    Place("roles", f"{SETUP}/members/roles/"),
    Place("settings", f"{SETUP}/settings/"),
    Place("settings-read", f"{SETUP}/settings/", who=MANAGER),
    Place("settings-refused", f"{SETUP}/settings/", steps=("nonsense main form.form",)),
    Place("stop", f"{SETUP}/stop/"),
    Place("stop-refused", f"{SETUP}/stop/", steps=("nonsense main form.form",)),
    Place("stop-dialog", f"{COMPANY}/", steps=("click .stop-button", "wait #dialog-body form")),
    Place("email", "/accounts/email/"),
    Place("password-change", "/accounts/password/change/"),
    Place("sign-out", "/accounts/logout/"),
    Place("sessions", "/accounts/sessions/"),
    Place("is-it-you", "/accounts/reauthenticate/"),
    Place("second-factor", "/accounts/2fa/"),
    Place(
        "second-factor-set-up",
        "/accounts/2fa/totp/activate/",
        steps=("identify",),
    ),
    Place("menu", f"{COMPANY}/", steps=("click .topbar .switch > summary",)),
    Place("account-menu", f"{COMPANY}/", steps=("click .topbar .menu-end > summary",)),
    Place("styleguide", "/styleguide/", who=BOOKKEEPER),
]
# Last, because it changes what the others show.
STOPPED = [
    Place(
        "stopped",
        f"{OTHER}/setup/stop/",
        steps=("fill main input[name=reason] = Wrong price list", "click main form.form button"),
    ),
]
PLACES = [*OUTSIDE, *ERRORS, *DAY, *TALKS, *BOOKS, *DECISIONS, *REST, *STOPPED]
