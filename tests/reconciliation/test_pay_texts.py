"""The box on the pay page, as a browser without JavaScript sees it."""

import pytest
from django.urls import reverse

from arbook import clock
from arbook.gateways.models import Connection
from customers import do_not_contact, wordings
from customers.models import ConsentEvent, OptIn
from reconciliation import paylinks

pytestmark = pytest.mark.django_db
TYPED = "(212) 555-0177"


@pytest.fixture
def address(link):
    # The books' number said yes on import; here nobody has yet.
    ConsentEvent.objects.all().delete()
    return reverse("pay_texts", args=[paylinks.token(link)])


def form(desk, **fields):
    version = wordings.current(desk.company, "pay_page").version
    return {"number": TYPED, "agree": "on", "version": version} | fields


def test_looking_writes_nothing_and_the_box_is_empty(client, desk, address):
    page = client.get(address).content.decode()

    assert 'type="checkbox"' in page and "checked" not in page
    assert "I agree that Harbor Dental may text me" in page
    assert not OptIn.objects.exists()


def test_agreeing_keeps_words_version_and_where_it_came_from(client, desk, link, address):
    answer = client.post(address, form(desk), headers={"User-Agent": "Firefox"})

    asked = OptIn.objects.get()
    assert "One step left" in answer.content.decode()
    assert (asked.address, asked.customer) == ("+12125550177", link.customer)
    assert asked.wording_version.startswith("pay_page.en.house")
    assert asked.evidence["pay_link"] == link.pk and asked.evidence["browser"] == "Firefox"
    assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"agree": ""}, "without it no text is sent"),
        ({"number": "soon"}, "one mobile number"),
        ({"number": ""}, "This field is required"),
        ({"version": "pay_page.en.old"}, "have changed meanwhile"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(client, desk, address, fields, said):
    answer = client.post(address, form(desk, **fields))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not OptIn.objects.exists()


def test_whoever_holds_a_link_learns_nothing_about_a_number(client, desk, link, address):
    pages = []
    ConsentEvent.objects.create(
        company=desk.company, channel="sms", address="+12125550178", direction="given",
        source="staff", at=clock.now(),
    )  # fmt: skip
    do_not_contact.add(desk.company, [("sms", "+12125550179")], now=clock.now())
    for number in ("2125550177", "2125550178", "2125550179"):
        answer = client.post(address, form(desk, number=number)).content.decode()
        pages.append(answer.replace(number, ""))

    assert len(set(pages)) == 1
    assert list(OptIn.objects.values_list("address", flat=True)) == ["+12125550177"]


def test_without_a_sender_or_with_consent_it_is_not_offered(client, desk, link, address):
    pay = reverse("pay", args=[paylinks.token(link)])
    assert "reminders by text" in client.get(pay).content.decode()

    ConsentEvent.objects.create(
        company=desk.company, channel="sms", address="+12125550111", direction="given",
        source="staff", at=clock.now(),
    )  # fmt: skip
    assert "reminders by text" not in client.get(pay).content.decode()
    assert client.get(address).status_code == 302
    ConsentEvent.objects.all().delete()

    Connection.objects.filter(company=desk.company, vendor="twilio").delete()
    assert client.post(address, form(desk)).status_code == 302
    assert not OptIn.objects.exists()
