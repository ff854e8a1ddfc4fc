"""``manage.py audit``: seal what waits, show the head of the chain, verify it."""

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.audit import sealing, verifying
from arbook.companies.models import Company


class Command(BaseCommand):
    help = "The audit record: seal what waits, print the head of the chain, verify the chain."

    def add_arguments(self, parser):
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("seal", help="Seal every entry that waits.")
        acts.add_parser("head", help="Print number and hash of the last seal, to write down.")
        verify = acts.add_parser("verify", help="Name the first row that was touched.")
        verify.add_argument("--company", help="Compare only this company's entries (its slug).")
        verify.add_argument(
            "--from", dest="first", type=int, default=1, metavar="NUMBER", help="First seal."
        )
        verify.add_argument("--expect", default="", metavar="HASH", help="A hash written down.")

    def handle(self, *args, act: str, **options):
        if act == "seal":
            count = sealing.seal_waiting(now=clock.system())
            self.stdout.write(f"{count:,} entries sealed")
        elif act == "head":
            number, head = sealing.head()
            self.stdout.write(f"{number} {head.hex()}")
        else:
            self._verify(options["company"], options["first"], options["expect"])

    def _verify(self, slug: str | None, first: int, expect: str) -> None:
        company = Company.objects.filter(slug=slug).values_list("pk", flat=True).first()
        if slug and company is None:
            raise CommandError(f"There is no company {slug}.")
        if first < 1:
            raise CommandError("Seals are numbered from 1.")
        try:
            expected = bytes.fromhex(expect)
        except ValueError:
            expected = b"?"
        if expect and len(expected) != 32:
            raise CommandError("--expect is a hash of 64 characters, as `audit head` prints it.")
        found = verifying.verify(company=company, first=first, expect=expected or None)
        rate = found.entries / found.seconds if found.seconds else 0
        self.stdout.write(
            f"{found.entries:,} entries verified in {found.seconds:.2f} s ({rate:,.0f}/s),"
            f" {found.redacted:,} redacted, {found.waiting:,} not sealed yet"
        )
        self.stdout.write(f"head {found.number} {found.hash.hex()}")
        overdue, since = sealing.unsealed_since(now=clock.system())
        if overdue:
            self.stdout.write(f"{overdue:,} entries wait for a seal since {since.isoformat()}")
        if found.breach:
            raise CommandError(f"TOUCHED: {found.breach}")
