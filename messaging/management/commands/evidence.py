"""``manage.py evidence``: make an evidence pack, or check one."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from customers import person as persons
from customers.models import Customer
from messaging import evidence_pack, evidence_rows


class Command(BaseCommand):
    help = "Evidence packs: make one about a customer or a number, check one."

    def add_arguments(self, parser):
        acts = parser.add_subparsers(dest="act", required=True)
        make = acts.add_parser("make", help="Write the pack of a customer or a number.")
        make.add_argument("company", help="The company's slug.")
        who = make.add_mutually_exclusive_group(required=True)
        who.add_argument("--customer", type=int, help="The customer's number here.")
        who.add_argument("--address", help="A number or a mail address.")
        make.add_argument("--out", required=True, type=Path, help="The file to write.")
        verify = acts.add_parser("verify", help="Name the first row that was touched.")
        verify.add_argument("company", help="The company's slug, for its record of seals.")
        verify.add_argument("file", type=Path)

    def handle(self, *args, act: str, **options):
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company {options['company']}.")
        if act == "make":
            self._make(company, options)
        else:
            self._verify(company, options["file"])

    def _make(self, company: Company, options: dict) -> None:
        if options["address"]:
            try:
                person = persons.of_address(company, options["address"])
            except persons.PersonUnknown as unknown:
                raise CommandError(str(unknown)) from None
        else:
            customer = Customer.objects.of(company).filter(pk=options["customer"]).first()
            if customer is None:
                raise CommandError("There is no such customer.")
            person = evidence_rows.of_customer(customer)
        try:
            # Never over a file that may be the only copy of an earlier pack.
            with options["out"].open("xb") as file:
                made = evidence_pack.make(person, file, by=None, now=clock.now())
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error.strerror}.") from None
        kinds = ", ".join(f"{count} {kind}" for kind, count in made.counts.items())
        self.stdout.write(f"{options['out']}: {kinds}")
        self.stdout.write(f"seal {made.seal}")

    def _verify(self, company: Company, path: Path) -> None:
        try:
            with path.open("rb") as file:
                found = evidence_pack.check(company, file)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from None
        if not found.verdict.is_whole:
            raise CommandError(f"TOUCHED: {found.verdict.breach}")
        self.stdout.write(f"whole, {found.verdict.rows} rows, seal {found.verdict.seal}")
        if found.entry is None:
            raise CommandError("UNKNOWN: no pack with this seal was made for this company.")
        self.stdout.write(f"made here on {found.entry.at:%Y-%m-%d %H:%M} UTC")
