"""``manage.py status``: how arbook fares."""

import json

from django.core.management.base import BaseCommand

from arbook import clock
from arbook.setup.status import report


class Command(BaseCommand):
    help = "Print companies, connections, queues and jobs."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="As one JSON document.")

    def handle(self, *args, **options):
        state = report(now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(state, indent=2))
            return
        for company in state["companies"]:
            held = ", stopped" if company["stopped"] else ""
            self.stdout.write(f"{company['slug']}: {company['mode']}{held}")
            for vendor, connection in company["connections"].items():
                error = f" ({connection['error']})" if connection["error"] else ""
                self.stdout.write(f"  {vendor}: {connection['state']}{error}")
            self.stdout.write(f"  books read: {company['books']['last_read_at'] or 'never'}")
        for name in ("inbound", "outbound"):
            queue = state[name]
            counts = ", ".join(f"{n} {label}" for label, n in sorted(queue["states"].items()))
            waiting = f"oldest due {queue['oldest_due_seconds']} s"
            self.stdout.write(f"{name}: {counts or 'empty'}, {waiting}")
        for one in state["dead_of_nobody"]:
            what = f"{one['from']} {one['kind']}: {one['error']}"
            self.stdout.write(f"dead, of no company: {one['count']} {what}")
        for job in state["jobs"]:
            self.stdout.write(f"job {job['name']}: {job['error'] or 'ok'} {job['ok_at'] or ''}")
