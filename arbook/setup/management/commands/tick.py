"""``manage.py tick``: one heartbeat in the foreground."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from arbook import clock
from arbook.heartbeat.jobs import run_due
from arbook.setup.work import until_quiet


class Command(BaseCommand):
    help = "Run every job once, then drain inbound and outbound until nothing due is left."

    def add_arguments(self, parser):
        parser.add_argument(
            "--at", help="Set the clock first, for example 2026-12-01T10:00-05:00 (movable only)."
        )

    def handle(self, *args, at: str | None, **options):
        if at:
            self._move(at)
        # Imported here: the list of jobs is the roof, and this command stands below it.
        jobs = import_string("arbook.schedule.JOBS")
        before = until_quiet()
        ran = run_due(jobs, now=clock.now(), everything=True)
        after = until_quiet()
        for job in ran:
            self.stdout.write(f"{'ok    ' if job.ok else 'FAILED'} {job.name} {job.error}".rstrip())
        inbound, outbound = before.inbound + after.inbound, before.outbound + after.outbound
        self.stdout.write(f"inbound: {_counts(inbound)}")
        self.stdout.write(f"outbound: {_counts(outbound)}")
        self.stdout.write(f"now: {clock.now().isoformat(timespec='seconds')}")
        if any(not job.ok for job in ran):
            raise CommandError("Some jobs failed; see above.")

    def _move(self, at: str) -> None:
        if not clock.is_movable():
            raise CommandError("This clock cannot be moved (CLOCK_MOVABLE is off).")
        try:
            instant = datetime.fromisoformat(at)
        except ValueError as error:
            raise CommandError(f"--at: {error}") from error
        if instant.tzinfo is None:
            raise CommandError("--at needs an offset, for example 2026-12-01T10:00-05:00.")
        if not 2000 <= instant.year < 2100:
            raise CommandError("--at: the clock moves between the years 2000 and 2099.")
        import_string("arbook.sandbox.clock.move_to")(instant)


def _counts(counter) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counter.items())) or "nothing"
