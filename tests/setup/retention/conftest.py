import pytest

from messaging import inbound
from messaging.models import Message, Thread
from tests import factories
from tests.factories import NOW


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def said(harbor) -> Message:
    """A reply that was answered long ago, in a closed conversation."""
    owner = factories.customer(harbor)
    contact = factories.contact(owner, "sms")
    got = inbound.receive(
        harbor,
        channel="sms",
        sender=contact.address,
        body="Thank you!",
        vendor_id="SM1",
        received_at=NOW,
        now=NOW,
    )
    assert got.thread.state == Thread.State.WAITING
    return got.message
