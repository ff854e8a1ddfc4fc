"""Rows: whatever came in is here, and whatever is not done says why."""

from tests.chaos.judging import judge
from tests.chaos.ledger import Ledger, Row

ENDED = ("done", "ignored", "cancelled")


@judge("every text a customer wrote is here")
def every_reply_kept(ledger: Ledger):
    for sid, is_here in ledger.inbound.items():
        yield None if is_here else f"{sid} is not in any conversation"


@judge("every stop is in the ledger of consent")
def every_stop_written(ledger: Ledger):
    for stop in ledger.stops:
        is_there = (stop.company, stop.number) in ledger.withdrawn
        yield None if is_there else f"{stop.sid} from {stop.number} is not in the ledger"


@judge("every text the carrier has is known here")
def every_text_known(ledger: Ledger):
    for text in ledger.texts:
        yield None if text.sid in ledger.known_texts else f"{text.sid} to {text.to} is unknown here"


@judge("every row is done, or visible with its cause")
def every_row_settled(ledger: Ledger):
    for row in ledger.rows:
        yield _unsettled(row)


def _unsettled(row: Row) -> str | None:
    if row.state in ENDED:
        return None
    if row.state == "dead":
        return None if row.cause else f"{row.what} ({row.kind}) is dead without a cause"
    if row.state in ("pending", "received", "unsure") and not row.is_due:
        # It waits for an hour that is written on it: a decent one, or the next try.
        is_told = row.cause or row.state == "pending"
        return None if is_told else f"{row.what} ({row.kind}) is {row.state} without a cause"
    return f"{row.what} ({row.kind}) is still {row.state}: {row.cause or 'no cause'}"


@judge("no stall over 60 seconds")
def no_stall(ledger: Ledger):
    for what, seconds in ledger.stalls.items():
        yield f"{what} waited {seconds:.0f} s"
    for _ in range(ledger.looks):
        yield None
