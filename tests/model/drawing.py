"""What stories are drawn from: people, companies, parts of sums, ways to pay."""

from decimal import Decimal

from hypothesis import strategies as st

from tests.model.people import HARBOR, PEOPLE, PINE

WHO = st.sampled_from(PEOPLE)
WHOSE = st.sampled_from((HARBOR, HARBOR, PINE))
PICK = st.integers(0, 5)
PART = st.sampled_from((Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(1)))
HOW_TO_PAY = (
    "4242424242424242",
    "4242424242424242",
    "4000000000000002",
    "bank 000123456789",
    "bank 000222222227",
    "bank 000555555559",
)


def one_of(**acts: dict) -> st.SearchStrategy:
    """One of these methods, by name, and what it is called with."""
    return st.one_of(
        *[st.tuples(st.just(name), st.fixed_dictionaries(about)) for name, about in acts.items()]
    )
