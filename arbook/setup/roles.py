"""Who may do what: every place and act of the product in one table, in words a person understands.

The page "What each role may do" is this table, and tests/house/test_roles.py asks every address
with every method as every role and holds the answers against it. A place that is not here does not
pass that test.
"""

from dataclasses import dataclass

from arbook.companies.models import Role

VIEWER, BOOKKEEPER, MANAGER, OWNER = Role


@dataclass(frozen=True)
class Act:
    """Something a person does, from which role on, and at which addresses (names of URLs).

    ``reads`` are opened, ``posts`` are posted to, ``forms`` both. ``inside`` names the function
    that judges where the address alone cannot, because it depends on the row.
    """

    said: str
    role: Role
    reads: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    inside: str = ""

    def allows(self, role: int) -> bool:
        return role >= self.role


@dataclass(frozen=True)
class Area:
    title: str
    icon: str
    acts: tuple[Act, ...]


def _names(app: str, names: str) -> tuple[str, ...]:
    return tuple(f"{app}:{name}" for name in names.split())


AREAS = (
    Area("Today", "sun", (
        Act("Sees what the day asks for, and searches", VIEWER,
            reads=_names("dashboard", "today search")),
        Act("Stops everything that leaves, and lets it go on", BOOKKEEPER,
            forms=("setup:stop",)),
    )),
    Area("Review and inbox", "chat-bubble-left-right", (
        Act("Reads proposals, conversations and why something is quiet", VIEWER,
            reads=_names("messaging", "batch message of_invoice of_customer why inbox inbox_list "
                         "thread thread_talk thread_context thread_head inbox_pulse "
                         "thread_composer letter "
                         "letter_raw letter_file")),
        Act("Approves, edits, skips and takes back reminders", BOOKKEEPER,
            posts=_names("messaging", "approve_many approve undo undo_one skip exclude fate"),
            forms=_names("messaging", "edit pause")),
        Act("Approves a reminder above the company's limit", MANAGER,
            inside="messaging.approving.needs_manager"),
        Act("Answers customers and sets conversations aside", BOOKKEEPER,
            reads=_names("messaging", "saved_replies"),
            posts=_names("messaging", "thread_reply thread_assign answer_cancel thread_measure "
                         "thread_saved thread_reopen thread_tick thread_tag inbox_many "
                         "inbox_undo"),
            forms=_names("messaging", "amend thread_close thread_snooze thread_link")),
        Act("Writes saved replies", MANAGER,
            forms=_names("messaging", "saved_reply_new saved_reply"),
            posts=_names("messaging", "saved_reply_remove")),
        Act("Sees how well replies are read", VIEWER, reads=_names("messaging", "readings")),
        Act("Puts right what a reply means, and takes such examples away", BOOKKEEPER,
            reads=_names("messaging", "readings_export"),
            posts=_names("messaging", "reading_correct")),
        Act("Takes promises, disputes, claims of payment and opt-outs out of a conversation",
            BOOKKEEPER,
            forms=_names("messaging", "thread_promise thread_dispute thread_payment thread_contact "
                         "thread_wrong_person thread_stop thread_allow thread_plan "
                         "thread_copy thread_task")),
    )),
    Area("Calls", "phone", (
        Act("Sees the calls to make", VIEWER, reads=_names("messaging", "calls call")),
        Act("Puts customers on the list, and writes down what came of a call", BOOKKEEPER,
            posts=_names("messaging", "call_result call_ask"),
            forms=_names("messaging", "call_promise call_dispute")),
    )),
    Area("Consent and calendar", "shield-check", (
        Act("Sees the calendar of everything said, and the registration with the carriers", VIEWER,
            reads=_names("messaging", "calendar calendar_of_customer registration")),
        Act("Has Twilio asked about the registration; decides whether a yes counts", BOOKKEEPER,
            posts=_names("messaging", "registration_read"), forms=_names("messaging", "opt_in")),
    )),
    Area("Evidence", "scale", (
        Act("Sees what an evidence pack would hold", VIEWER,
            reads=_names("messaging", "evidence evidence_of_customer")),
        Act("Checks a pack somebody shows", BOOKKEEPER,
            forms=_names("messaging", "evidence_check")),
        Act("Hands out an evidence pack", MANAGER,
            posts=_names("messaging", "evidence_file evidence_of_number")),
    )),
    Area("Texts", "document-text", (
        Act("Reads the texts and their versions", VIEWER,
            reads=_names("messaging", "templates template template_version")),
        Act("Sends a test of a text to themselves", BOOKKEEPER,
            posts=_names("messaging", "template_test")),
        Act("Writes texts, and brings old ones back", MANAGER,
            posts=_names("messaging", "template template_check template_roll_back")),
    )),
    Area("Customers", "users", (
        Act("Reads customers and their story; exports them", VIEWER,
            reads=_names("customers", "list export detail header timeline consent_ledger "
                         "consent_export number wordings")),
        Act("Adds contacts and notes, marks VIPs, records consent and opt-outs", BOOKKEEPER,
            reads=("customers:signed_form",),
            posts=_names("customers", "vip note stop contact_usable number_stop"),
            forms=_names("customers", "profile contact_new consent wrong_person form_upload "
                         "ask_by_text")),
        Act("Takes over consent that somebody attests, and words it is asked in", MANAGER,
            forms=("customers:consent_import",), posts=("customers:wordings",)),
        Act("Hands out everything about a person in a file, and erases a person", MANAGER,
            reads=("setup:person",), posts=_names("setup", "person_export person_erase")),
    )),
    Area("Invoices", "document-text", (
        Act("Reads invoices, aging, approvals, tasks and cadences; exports them", VIEWER,
            reads=_names("invoices", "list aging detail data_to_fix of_customer pauses approvals "
                         "approvals_history approval letter_pdf cadences cadence "
                         "cadence_of_customer tasks task disputes dispute evidence plans plan")),
        Act("Pauses reminders and lets them go on; takes promises and disputes", BOOKKEEPER,
            forms=_names("invoices", "pause_customer resume invoice_pause hold_lift promise_new "
                         "dispute_new dispute_resolve"),
            posts=(*_names("messaging", "lift"),
                   *_names("invoices", "evidence_new dispute_mine"),
                   "messaging:letter_file_evidence")),
        Act("Proposes payment plans", BOOKKEEPER, forms=_names("invoices", "plan_new")),
        Act("Ends payment plans", MANAGER, forms=_names("invoices", "plan_end")),
        Act("Lifts what a manager must lift", MANAGER, inside="invoices.holds.lift"),
        Act("Finishes and snoozes tasks, chooses a customer's cadence", BOOKKEEPER,
            posts=_names("invoices", "task_finish task_snooze task_mine cadence_of_customer"),
            forms=_names("invoices", "task_new task_give")),
        Act("Says that a payment is the one a customer meant, or that none is", BOOKKEEPER,
            posts=_names("reconciliation", "payment_found payment_not_found payment_not_this")),
        Act("Decides approvals that a bookkeeper may decide", BOOKKEEPER,
            posts=("invoices:approval_decide",)),
        Act("Decides escalations, letters, payment plans and amounts above the limit", MANAGER,
            inside="invoices.approvals.may_decide"),
        Act("Edits cadences", MANAGER,
            forms=("invoices:cadence_edit",), posts=("invoices:cadence_default",)),
    )),
    Area("Money", "banknotes", (
        Act("Reads payments, postings and pay links; exports them", VIEWER,
            reads=_names("reconciliation", "money payment postings of_invoice likely")),
    )),
    Area("Setup", "cog-6-tooth", (
        Act("Sees connections, members and this table", VIEWER,
            reads=_names("setup", "connections members roles")),
        Act("Has the books read now, tries a vendor that rests, catches up by hand", BOOKKEEPER,
            posts=_names("setup", "sync_now read_now try_now")),
        Act("Reads the settings", MANAGER, reads=("setup:company",)),
        Act("Changes the settings, and goes live", OWNER, posts=("setup:company",)),
        Act("Connects and disconnects QuickBooks, Stripe, Twilio and Slack", OWNER,
            forms=("setup:connect",), posts=_names("setup", "quickbooks_start disconnect")),
        Act("Invites people, changes their roles, removes them", OWNER,
            posts=_names("setup", "members member")),
    )),
    Area("System", "server-stack", (
        Act("Sees events, effects, dead letters, workers and the audit log", VIEWER,
            reads=_names("system", "overview events events_row effects effects_row dead cause bulk "
                         "workers record entry")),
        Act("Tries one dead letter again, after looking at what it would do", BOOKKEEPER,
            reads=_names("system", "events_preview effects_preview"),
            posts=_names("system", "events_replay effects_replay")),
        Act("Tries many again, gives up, and starts a job by hand", MANAGER,
            posts=_names("system", "events_give_up effects_give_up act cancel run_job")),
    )),
)  # fmt: skip


class Door:
    """Who stands behind an address outside of companies."""

    ANYONE = "anyone"
    LINK = "who has the link"
    WATCH = "machines that watch ours; figures by a token"
    VENDOR = "a vendor, by its signature"
    SIGNED_IN = "who is signed in"
    SUPPORT = "support staff, who only look"


ELSEWHERE: dict[str, tuple[str, ...]] = {
    Door.ANYONE: (
        *("account_login", "account_logout", "account_signup", "account_inactive"),
        *("account_reset_password", "account_reset_password_done"),
        *("account_reset_password_from_key_done", "account_email_verification_sent"),
        *("account_confirm_login_code", "mfa_authenticate"),
        *("web:robots", "web:theme", "web:styleguide"),
    ),
    Door.LINK: (
        *("pay", "pay_done", "pay_texts", "unsubscribe", "plan", "copy", "copy_pdf"),
        *("account_reset_password_from_key", "account_confirm_email"),
    ),
    Door.WATCH: ("operations:alive", "operations:ready", "operations:metrics"),
    Door.VENDOR: (
        *("webhooks:quickbooks", "webhooks:stripe", "webhooks:twilio", "webhooks:twilio_status"),
        *("webhooks:mail_raw", "webhooks:mail_inbound", "webhooks:mail_mime"),
        "webhooks:mail_tracking",
    ),
    Door.SIGNED_IN: (
        *("home", "quickbooks_callback", "stop_everything"),
        *("account_email", "account_change_password", "account_set_password"),
        *("account_reauthenticate", "mfa_reauthenticate", "mfa_index"),
        *("mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes"),
        *("mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
        *("usersessions_list", "end_session", "second_factor_needed", "recovery_codes_saved"),
    ),
    Door.SUPPORT: ("admin",),
}


def reading() -> dict[str, Role]:
    """From which role on each address is opened."""
    return {name: act.role for act in _acts() for name in (*act.reads, *act.forms)}


def posting() -> dict[str, Role]:
    """From which role on each address is posted to."""
    return {name: act.role for act in _acts() for name in (*act.posts, *act.forms)}


def _acts() -> list[Act]:
    return [act for area in AREAS for act in area.acts]
