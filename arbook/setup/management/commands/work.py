"""``manage.py work``: the worker that drains inbound and outbound as soon as there is something."""

import signal

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from arbook.setup.worker import Worker, longest_sleep


class Command(BaseCommand):
    help = "Drain inbound events and outbound effects until told to stop."

    def add_arguments(self, parser):
        parser.add_argument(
            "--pause",
            type=float,
            help="Longest wait between looks, in seconds: 1 where the clock can be moved, else 15.",
        )

    def handle(self, *args, pause: float | None, **options):
        # Imported here: the list of jobs is the roof, and this command stands below it.
        worker = Worker(
            longest=pause if pause is not None else longest_sleep(),
            schedule=import_string("arbook.schedule.JOBS"),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        worker.run()
