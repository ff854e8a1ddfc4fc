"""The net below: what is stuck is looked for every few minutes."""

from datetime import datetime

from arbook.alerts import causes


def tell_of_causes(now: datetime) -> None:
    """One word to staff for each new cause of stuck work."""
    causes.tell_staff(now)
