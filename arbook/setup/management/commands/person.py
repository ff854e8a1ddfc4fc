"""``manage.py person``: hand out what is known about somebody, or erase it."""

from django.core.management.base import BaseCommand, CommandError

from arbook import clock
from arbook.companies.models import Company
from arbook.setup import erasing, persons
from arbook.setup.retention import in_words
from customers.models import Customer
from customers.person import Person, PersonUnknown, of_address


class Command(BaseCommand):
    help = "A person's data: export it into a file, or erase it. A customer, or one address."

    def add_arguments(self, parser):
        acts = parser.add_subparsers(dest="act", required=True)
        export = acts.add_parser("export", help="Write a zip with JSON and CSV.")
        erase = acts.add_parser("erase", help="Say what would go and what stays; --yes does it.")
        for act in (export, erase):
            act.add_argument("--company", required=True, metavar="SLUG")
            who = act.add_mutually_exclusive_group(required=True)
            who.add_argument("--customer", type=int, metavar="KEY", help="As in the address bar.")
            who.add_argument("--address", help="A telephone number or an e-mail address.")
        export.add_argument("file", help="Where the zip goes.")
        erase.add_argument("--reason", default="", help="Who asked, and when.")
        erase.add_argument("--yes", action="store_true", help="Do it. It cannot be taken back.")

    def handle(self, *args, act: str, **options):
        person = self._who(options)
        if act == "export":
            with open(options["file"], "wb") as file:
                counts = persons.export(person, file, by=None, now=clock.now())
            self.stdout.write(in_words(counts))
            return
        found = erasing.preview(person, now=clock.now())
        self.stdout.write(f"goes: {in_words(found.goes)}")
        if found.others:
            self.stdout.write(f"lose an address, too: {', '.join(found.others)}")
        for one in found.stays:
            self.stdout.write(f"stays: {one.what}. {one.why}")
        if not options["yes"]:
            return
        try:
            counts = erasing.erase(person, reason=options["reason"], by=None, now=clock.now())
        except erasing.ErasureRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"erased: {in_words(counts)}")

    def _who(self, options) -> Person:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company {options['company']}.")
        try:
            if options["address"]:
                return of_address(company, options["address"])
            customer = Customer.objects.of(company).select_related("company")
            return persons.of_customer(customer.get(pk=options["customer"]))
        except PersonUnknown as unknown:
            raise CommandError(str(unknown)) from unknown
        except Customer.DoesNotExist as unknown:
            raise CommandError("That company has no such customer.") from unknown
