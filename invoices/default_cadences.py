"""The cadences every company starts with. Data, not rules: each can be edited and versioned."""

from dataclasses import dataclass, field
from decimal import Decimal

from invoices.models import CadenceStep

Anchor, Action, Mode = CadenceStep.Anchor, CadenceStep.Action, CadenceStep.Approval

STANDARD = "Standard"
AGREEMENTS = "Promises and plans"
"""What is said about agreements, by the days they name; it plans for no invoice by itself."""


@dataclass(frozen=True)
class StepDraft:
    """One step as a person or this file writes it; the fields are those of ``CadenceStep``."""

    key: str
    day: int
    action: str
    template: str = ""
    anchor: str = Anchor.ISSUE
    approval: str = Mode.AUTOMATIC
    falls_back_to_mail: bool = True
    not_before_due: bool = False
    min_balance: Decimal = field(default=Decimal("0.00"))


def _mail(key: str, day: int, template: str, **more) -> StepDraft:
    return StepDraft(key, day, Action.EMAIL, template, **more)


def _text(key: str, day: int, template: str, **more) -> StepDraft:
    return StepDraft(key, day, Action.SMS, template, **more)


def _review(day: int, **more) -> StepDraft:
    return StepDraft("review", day, Action.ESCALATE, not_before_due=True, **more)


def _letter(day: int, **more) -> StepDraft:
    return StepDraft("letter", day, Action.LETTER, "letter", not_before_due=True, **more)


# Texts that ``messaging`` ships, by the key a step names.
TEXTS = {
    "invoice": "Invoice notice",
    "friendly": "Friendly reminder",
    "reminder": "Reminder",
    "firm": "Firm reminder",
    "neutral": "Neutral, without details",
    "letter": "Letter",
    "promise": "Before a promised day",
    "instalment": "Instalment of a plan",
    "instalment-missed": "Instalment that has not come",
}

CADENCES: dict[str, tuple[StepDraft, ...]] = {
    STANDARD: (
        _mail("first-mail", 0, "invoice"),
        _mail("second-mail", 7, "friendly"),
        _text("first-text", 14, "reminder"),
        _text("second-text", 21, "firm"),
        _review(30),
        _letter(60),
    ),
    "Net 30/60": (
        _mail("first-mail", 0, "invoice"),
        _mail("second-mail", 15, "friendly"),
        _text("first-text", 30, "reminder", not_before_due=True),
        _review(45),
    ),
    "Services": (
        _mail("first-mail", 7, "friendly", anchor=Anchor.DELIVERY),
        _text("first-text", 14, "reminder", anchor=Anchor.DELIVERY, not_before_due=True),
        _review(30, anchor=Anchor.DELIVERY),
    ),
    "Enterprise": (
        _mail("first-mail", 14, "friendly", approval=Mode.REVIEW),
        _mail("second-mail", 30, "reminder", approval=Mode.REVIEW),
        _review(45),
    ),
    "High risk": (
        _mail("first-mail", 5, "firm"),
        _text("first-text", 10, "firm"),
        _review(20),
    ),
    "Around due date": (
        _mail("before-due", -3, "friendly", anchor=Anchor.DUE),
        _mail("on-due", 0, "reminder", anchor=Anchor.DUE),
        _text("after-due", 3, "reminder", anchor=Anchor.DUE),
        _text("final", 7, "firm", anchor=Anchor.DUE),
        _review(30, anchor=Anchor.DUE),
    ),
}

AGREED_STEPS = (
    _text("before-promise", -1, "promise", anchor=Anchor.DUE),
    _text("instalment-due", 0, "instalment", anchor=Anchor.DUE),
    _text("instalment-missed", 3, "instalment-missed", anchor=Anchor.DUE),
)
