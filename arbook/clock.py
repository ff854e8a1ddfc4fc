"""What time it is. Only doors ask; everything below takes ``now`` or ``today`` as an argument."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils.module_loading import import_string


def system() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


def now() -> datetime:
    """The current instant, aware, in UTC, from the clock that ``settings.CLOCK`` names."""
    return import_string(settings.CLOCK)()


def is_movable() -> bool:
    """Whether a demo or a test may set this clock."""
    return settings.CLOCK_MOVABLE
