"""Finding a company's connection, and writing down how it fares."""

from datetime import datetime, timedelta

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import lines, rehearsal
from arbook.gateways.errors import Disconnected
from arbook.gateways.models import Connection

# A success is written at most this often per process and connection: a chunk of a thousand calls
# must not become a thousand updates.
NOTE_EVERY = timedelta(seconds=5)

# Nothing leaves on what is older than this; the lists are read four times as often.
HEARD_WITHIN = timedelta(hours=1)
# How far back the lists of a vendor are read of whom nothing is known.
FIRST_LOOK = timedelta(days=3)

_noted: dict[int, datetime] = {}


def find(company: Company, vendor: str) -> Connection:
    """The usable connection; raises Disconnected when it is missing or needs a person."""
    connection = Connection.objects.of(company).filter(vendor=vendor).first()
    label = Connection.Vendor(vendor).label
    if connection is None:
        raise Disconnected(f"{label} is not connected.")
    if not connection.is_usable:
        raise Disconnected(f"{label} must be reconnected: {connection.error or 'access was lost'}")
    return connection


def line_of(connection: Connection) -> str:
    """The key of the line that the connection's calls share; none while it is only a candidate."""
    return lines.key_of(connection.company_id, connection.vendor) if connection.pk else ""


def asking(connection: Connection) -> lines.asking:
    """Around one call: Resting when the vendor is left alone, and what its answer teaches."""
    return lines.asking(line_of(connection), Connection.Vendor(connection.vendor).label)


def note_success(connection: Connection) -> None:
    """The vendor answered: remember when. A rehearsal leaves no trace of its questions here."""
    if rehearsal.is_on():
        return
    now = clock.now()
    last = _noted.get(connection.pk)
    if last is not None and abs(now - last) < NOTE_EVERY:
        return
    _noted[connection.pk] = now
    Connection.objects.filter(pk=connection.pk).update(last_ok_at=now)


def unheard_since(connection: Connection, now: datetime, *, overlap: timedelta) -> datetime:
    """From when on a vendor's own lists have to be read, by its clock.

    What it said last counts, with an ``overlap``, and not our clock. Where it had nothing to say
    for long, what we read then counts, with a day for clocks that differ.
    """
    # Where our clock was moved, the vendor's may not have followed.
    ahead = max(clock.now() - clock.system(), timedelta(0))
    known = [connection.heard_until - overlap] if connection.heard_until else []
    ours = connection.heard_at or connection.connected_at
    if ours:
        known.append(ours - ahead - timedelta(days=1))
    return max(known, default=now - FIRST_LOOK)


def note_heard(connection: Connection, until: datetime | None, now: datetime) -> None:
    """A vendor's lists were read; ``until`` is the newest moment they told of."""
    values = {"heard_at": now}
    if until and (connection.heard_until is None or until > connection.heard_until):
        values["heard_until"] = until
    for name, value in values.items():
        setattr(connection, name, value)
    Connection.objects.filter(pk=connection.pk).update(**values)


def is_behind(connection: Connection, now: datetime) -> bool:
    """Whether the vendor's lists were read too long ago to act on what we know."""
    last = connection.heard_at or connection.connected_at
    return last is not None and now - last > HEARD_WITHIN


def needs_reconnecting(connection: Connection, reason: str) -> Disconnected:
    """Write down that a person must reconnect; the error to raise comes back."""
    reason = reason[:300]
    Connection.objects.filter(pk=connection.pk).update(
        state=Connection.State.RECONNECT, error=reason
    )
    connection.state, connection.error = Connection.State.RECONNECT, reason
    return Disconnected(f"{connection.get_vendor_display()} must be reconnected: {reason}")


def forget() -> None:
    """Forget which successes were written down; tests reuse the ids of connections."""
    _noted.clear()
    lines.forget()
