"""Another stand-in may lack what our work does not hang on: the work goes on, and says so."""

import pytest

from arbook import clock
from arbook.gateways.models import Connection
from arbook.heartbeat.jobs import run_due
from arbook.heartbeat.models import JobRun
from arbook.sandbox import clock as movable
from arbook.schedule import JOBS
from arbook.setup import connections
from invoices.models import BooksState
from messaging import facts, jobs
from reconciliation import checkout, paylinks
from reconciliation.models import Posting
from tests.desk import MORNING, Desk
from tests.gateways.narrow import EXTRAS, VENDORS, Narrow

pytestmark = pytest.mark.django_db
NUMBER = "+12125550111"


@pytest.fixture(params=[404, 501])
def narrow(request, sandbox, settings):
    yield from _door(settings, request.param)


def _door(settings, status, missing=EXTRAS):
    door = Narrow(status=status, missing=missing)
    for name, url in {f"{one}_API_URL": door.url(one) for one in VENDORS}.items():
        setattr(settings, name, url)
    yield door
    door.close()


@pytest.fixture
def desk(sandbox):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    return Desk(sandbox)


def test_connecting_reading_sending_and_posting_go_on(narrow, desk):
    now = clock.now()
    ids = desk.owes("Blue Door Cafe", "162.07", mobile=NUMBER)
    connections.with_stripe(
        desk.company, secret_key="sk_test_harbor", webhook_secret="", by=None, now=now
    )
    connections.with_twilio(
        desk.company,
        account_sid=f"AC{1:032x}",
        auth_token="token-harbor",
        messaging_service=f"MG{1:032x}",
        by=None,
        now=now,
    )

    desk.sync()
    ran = run_due(JOBS, now=clock.now(), everything=True)
    desk.approved("Blue Door Cafe")
    desk.work()
    link = paylinks.link_for(desk.invoice(ids[0]).customer, [desk.invoice(ids[0])], now=clock.now())
    checkout.open_page(link, now=clock.now())
    desk.payer.pay(link.attempts.get().session_id)
    desk.deliver(desk.events())
    desk.work()

    assert narrow.refused
    assert [one.name for one in ran if not one.ok] == []
    assert {one.name for one in ran if one.error} == {
        "catch up with Stripe",
        "hear lost replies",
        "compare with the books",
        "read deactivated numbers",
    }
    assert "Refused" in JobRun.objects.get(name="compare with the books").error
    assert BooksState.objects.get().error == ""
    reminder, receipt = desk.sent_to(NUMBER)
    assert "$162.07" in reminder.body
    assert "thank" in receipt.body.lower()
    assert Posting.objects.get().state == Posting.State.VERIFIED


def test_without_a_list_of_campaigns_the_carriers_decide(desk, settings):
    door = _door(settings, 404, missing=(r"/Compliance/Usa2p",))
    next(door)
    row = Connection.objects.get(vendor="twilio")
    del row.options["campaign"]
    row.save(update_fields=["options"])

    jobs.read_campaigns(clock.now())

    row.refresh_from_db()
    assert row.options["campaign"]["state"] == "UNREADABLE"
    assert "refused" in row.options["campaign"]["errors"][0]
    texts = facts.of_company(desk.company, now=clock.now()).texts
    assert (texts.is_usable, texts.said) == (
        True,
        "the campaign cannot be read; the carriers decide",
    )
    next(door, None)
