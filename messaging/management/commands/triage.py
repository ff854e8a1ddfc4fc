"""Read replies from a file of JSON lines and write one reading per line."""

import json
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging import triage


class Command(BaseCommand):
    help = "Read replies (JSON lines) and write their intents, promises and opt-outs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--in", dest="source", required=True, help="file, or - for stdin")
        parser.add_argument("--out", dest="target", required=True, help="file, or - for stdout")

    def handle(self, *args, source: str, target: str, **options) -> None:
        try:
            lines = sys.stdin if source == "-" else open(source, encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise CommandError(f"Cannot read {source}: {error.strerror}.") from error
        with lines:
            readings = [
                read_line(line, number) for number, line in enumerate(lines, 1) if line.strip()
            ]
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in readings)
        if target == "-":
            self.stdout.write(text, ending="")
            return
        try:
            with open(target, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
        self.stderr.write(f"{len(readings)} replies read")


def read_line(line: str, number: int) -> dict[str, Any]:
    try:
        reply = json.loads(line)
        received = date.fromisoformat(str(reply["received"])[:10])
        text = reply["text"]
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(
            f"Line {number} is no reply: it needs JSON with text and received (ISO date)."
        ) from error
    reading = triage.read(
        text if isinstance(text, str) else "",
        channel=reply.get("channel") or "sms",
        received=received,
        context=_context(reply.get("context")),
    ).as_dict()
    if reading["promise_amount"] is not None:
        reading["promise_amount"] = float(reading["promise_amount"])
    return {"id": reply.get("id"), **reading}


def _context(given: Any) -> triage.Context | None:
    if not isinstance(given, dict):
        return None
    return triage.Context(
        invoice=str(given["invoice"]) if given.get("invoice") else None,
        amount_due=_amount(given.get("amount_due")),
        due_date=_date(given.get("due_date")),
    )


def _amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
