"""``manage.py rotate_keys``: seal every credential with the newest key of CREDENTIAL_KEYS."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arbook.setup import rotation


class Command(BaseCommand):
    help = "Seal credentials and second factors with the newest key; safe beside running processes."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; say which key opens what."
        )

    def handle(self, *args, check: bool, **options):
        if not check:
            for place, tally in rotation.rotate().items():
                again = f", {tally.changed_meanwhile} changed meanwhile by others"
                self.stdout.write(
                    f"{place}: {tally.sealed_again} of {sum(tally.keys.values())} sealed again"
                    + (again if tally.changed_meanwhile else "")
                )
        found = rotation.check()
        self._report(found)
        if any(rotation.UNREADABLE in tally.keys for tally in found.values()):
            raise CommandError("Some values open with no key of CREDENTIAL_KEYS: put it back.")

    def _report(self, found) -> None:
        keys = settings.CREDENTIAL_KEYS
        for place, tally in found.items():
            for index, count in sorted(tally.keys.items()):
                name = "no key" if index < 0 else f"key {index + 1} ({_name(index)})"
                self.stdout.write(f"{place}: {count} opened by {name}")
        free = rotation.removable(found)
        for index in range(1, len(keys)):
            word = "may be removed" if index in free else "is still needed"
            self.stdout.write(f"key {index + 1} ({_name(index)}) {word}")


def _name(index: int) -> str:
    return rotation.fingerprint(settings.CREDENTIAL_KEYS[index])
