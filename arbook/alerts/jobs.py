"""The net below: what is stuck is looked for every few minutes."""

from datetime import datetime

from arbook.alerts import causes


def tell_of_causes(now: datetime) -> None:
    """One word to staff for each new cause of stuck work; those over long ago are forgotten."""
    causes.tell_staff(now)
    causes.forget_old(now)
