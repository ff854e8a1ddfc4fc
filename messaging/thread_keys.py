"""What the tasks and the silence of a conversation are called."""

from messaging.models import Thread

HOLD_SOURCE = "thread:"


def hold_source(thread: Thread) -> str:
    """What the hold of an unanswered reply names as its source."""
    return f"{HOLD_SOURCE}{thread.pk}"


ASKED = {
    "copy": "{customer} asks for a copy",
    "contact_change": "{customer} names another contact",
    "wrong_number": "The number of {customer} seems to be somebody else's",
    "question": "{customer} has a question",
}
"""What a customer asked, by triage's word; each is a task, done with the conversation."""


def paid_key(thread: Thread) -> str:
    """The task to look for a payment the customer claims."""
    return f"paid:thread:{thread.pk}"


def dispute_key(thread: Thread) -> str:
    """The task to look into what the customer contests."""
    return f"dispute:thread:{thread.pk}"


def plan_key(thread: Thread) -> str:
    """The task to arrange the plan a customer asks for."""
    return f"plan:thread:{thread.pk}"


def asked_key(thread: Thread, intent: str) -> str:
    """The task about something a customer asked: a copy, another contact, a question."""
    return f"{intent}:thread:{thread.pk}"


def help_key(thread: Thread) -> str:
    """The task to help a customer who asked for it."""
    return f"help:thread:{thread.pk}"
