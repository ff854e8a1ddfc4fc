"""What the mirror shows open."""

from decimal import Decimal

from invoices.models import Invoice


def balances(company) -> dict[str, Decimal]:
    rows = Invoice.objects.of(company).open()
    return dict(rows.values_list("number", "balance"))
