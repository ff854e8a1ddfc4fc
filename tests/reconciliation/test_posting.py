"""Allocating money: never more than is open, never more than there is, nothing lost."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from arbook.gateways.quickbooks_shapes import BookInvoice
from reconciliation.posting import allocate

CENTS = st.decimals(min_value=0, max_value=100_000, places=2)


def _book(number: str, balance: Decimal, **fields):
    """An invoice as the books hold it; fields that do not matter here are left to the shape."""
    import dataclasses

    known = {"id": number, "balance": balance, "is_void": False} | fields
    values = {field.name: known.get(field.name) for field in dataclasses.fields(BookInvoice)}
    return BookInvoice(**values)


def test_each_invoice_gets_its_part():
    books = {"1": _book("1", Decimal("100")), "2": _book("2", Decimal("50"))}

    parts = allocate(Decimal("150"), [("1", Decimal("100")), ("2", Decimal("50"))], books)

    assert parts == [("1", Decimal("100")), ("2", Decimal("50"))]


def test_what_was_paid_by_check_meanwhile_takes_no_more():
    books = {"1": _book("1", Decimal("0")), "2": _book("2", Decimal("20"))}

    parts = allocate(Decimal("150"), [("1", Decimal("100")), ("2", Decimal("50"))], books)

    assert parts == [("2", Decimal("20"))]


def test_a_voided_or_deleted_invoice_takes_nothing():
    books = {"1": _book("1", Decimal("100"), is_void=True)}

    assert allocate(Decimal("150"), [("1", Decimal("100")), ("2", Decimal("50"))], books) == []


@given(
    amount=CENTS,
    lines=st.lists(st.tuples(CENTS, CENTS), max_size=8),
)
def test_no_part_exceeds_its_invoice_and_the_sum_never_exceeds_the_money(amount, lines):
    wanted = [(str(n), part) for n, (part, _) in enumerate(lines)]
    books = {str(n): _book(str(n), balance) for n, (_, balance) in enumerate(lines)}

    parts = allocate(amount, wanted, books)

    assert sum((part for _, part in parts), Decimal(0)) <= amount
    for invoice_id, part in parts:
        assert 0 < part <= books[invoice_id].balance
        assert part <= dict(wanted)[invoice_id]
