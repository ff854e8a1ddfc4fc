"""Read replies from a file of JSON lines, or report how well labelled ones are read."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from messaging.triage import lines, measuring


class Command(BaseCommand):
    help = "Read replies (JSON lines) and write their intents, promises and opt-outs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--in", dest="source", help="file of replies, or - for stdin")
        parser.add_argument("--out", dest="target", help="file for the readings, or - for stdout")
        parser.add_argument(
            "--report", nargs="+", metavar="FILE", help="how well these labelled replies are read"
        )

    def handle(self, *args, source: str | None, target: str | None, report, **options) -> None:
        if report and (source or target):
            raise CommandError("Either --report, or --in and --out.")
        if report:
            self._report(report)
        elif source and target:
            self._read(source, target)
        else:
            raise CommandError("Say --in FILE and --out FILE, or --report FILE.")

    def _read(self, source: str, target: str) -> None:
        replies, problems = replies_of(source)
        rows = [lines.written(reply, reply.read()) for reply in replies]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        if target == "-":
            self.stdout.write(text, ending="")
        else:
            try:
                Path(target).write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
            self.stderr.write(f"{len(rows)} replies read")
        refuse(problems)

    def _report(self, sources: list[str]) -> None:
        replies = []
        for source in sources:
            found, problems = replies_of(source)
            refuse(problems)
            replies += found
        without = [reply for reply in replies if not measuring.labelled(reply)]
        if without:
            names = ", ".join(str(reply.row.get("id")) for reply in without[:5])
            raise CommandError(f"{len(without)} replies have no labels, among them {names}.")
        if not replies:
            raise CommandError("There is no reply to measure.")
        self.stdout.write(measuring.report(replies))


def replies_of(source: str) -> tuple[list[lines.Reply], list[str]]:
    """The replies of a file, and what is wrong with lines that are none."""
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise CommandError(f"Cannot read {source}: {error.strerror}.") from error
    try:
        return lines.replies(raw.decode("utf-8").split("\n"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CommandError(f"Line {line} of {source} is not UTF-8.") from error


def refuse(problems: list[str]) -> None:
    """Good lines are read all the same; the command fails for the others, each by its number."""
    if problems:
        more = f"\n... and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise CommandError("\n".join(problems[:20]) + more)
