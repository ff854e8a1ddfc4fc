"""Replies and readings as JSON lines."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from messaging.triage.reader import read
from messaging.triage.reading import Context, Reading

CHANNELS = ("sms", "email")


class LineRefused(Exception):
    """A line that is no reply; the message says which and why."""


@dataclass(frozen=True)
class Reply:
    """One reply of a file. ``row`` is the line as it was given, labels included."""

    text: str
    channel: str
    received: date
    context: Context | None
    row: dict[str, Any]

    def read(self) -> Reading:
        return read(self.text, channel=self.channel, received=self.received, context=self.context)


def replies(lines: Iterable[str]) -> tuple[list[Reply], list[str]]:
    """Every reply of a file, and what is wrong with the other lines; blank ones are passed over."""
    found, problems = [], []
    for number, line in enumerate(lines, 1):
        if line.strip("\ufeff \t\r\n"):
            try:
                found.append(_reply(line, f"Line {number}"))
            except LineRefused as refusal:
                problems.append(str(refusal))
    return found, problems


def _reply(line: str, where: str) -> Reply:
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except ValueError as error:
        raise LineRefused(f"{where} is no JSON: {error}.") from error
    if not isinstance(row, dict):
        raise LineRefused(f"{where} is no reply: it needs an object with text and received.")
    text, channel = row.get("text"), row.get("channel") or "sms"
    if not isinstance(text, str):
        raise LineRefused(f"{where} is no reply: its text is missing or no text.")
    if channel not in CHANNELS:
        raise LineRefused(f"{where} is no reply: its channel is neither sms nor email.")
    try:
        received = date.fromisoformat(str(row["received"])[:10])
    except (KeyError, ValueError) as error:
        raise LineRefused(
            f"{where} is no reply: received is missing or no ISO date (2026-05-20)."
        ) from error
    return Reply(text, channel, received, _context(row.get("context")), row)


def written(reply: Reply, reading: Reading) -> dict[str, Any]:
    """A reading as a line, after the reply's id."""
    amount = reading.promise_amount
    return {
        "id": reply.row.get("id"),
        **reading.as_dict(),
        "promise_amount": None if amount is None else float(amount),
    }


def _context(given: Any) -> Context | None:
    if not isinstance(given, dict):
        return None
    return Context(
        invoice=str(given["invoice"]) if given.get("invoice") else None,
        amount_due=as_amount(given.get("amount_due")),
        due_date=_date(given.get("due_date")),
    )


def as_amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
