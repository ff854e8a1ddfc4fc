"""What the schedule starts here."""

from datetime import datetime

from arbook.audit import sealing


def seal(now: datetime) -> None:
    """Seal what no worker has sealed."""
    sealing.seal_waiting(now=now)
