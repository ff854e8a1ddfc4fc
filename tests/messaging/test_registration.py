"""The way to a sender that carriers accept: where it stands, what comes next, the words to give."""

import pytest
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Role
from arbook.gateways.models import Connection
from messaging import jobs, registration, wording
from tests import factories


def steps(ready):
    return {step.title.partition(":")[0]: step.state for step in ready.steps}


def test_a_verified_campaign_with_a_number_is_ready(desk):
    ready = registration.of(desk.company, now=desk.now)

    assert ready.is_ready
    assert set(steps(ready).values()) == {"done"}
    assert ready.numbers == ["+18605550100"]
    assert ready.score == 62 and ready.kind == "STANDARD"
    assert ready.next_step == "Nothing: everything is in place."


def test_what_the_carriers_object_to_is_said_with_the_next_step(desk):
    desk.carrier.set_campaign("FAILED")
    jobs.read_campaigns(clock.now())

    ready = registration.of(desk.company, now=desk.now)

    assert not ready.is_ready and "FAILED" in ready.said
    assert steps(ready)["Campaign"] == "broken"
    assert ready.steps[3].errors == ("30896 ['MESSAGE_FLOW']",)
    assert "hand it in again" in ready.next_step
    # The sandbox's own sample does not name this company.
    assert any("does not name" in one for one in ready.concerns)


@pytest.mark.parametrize(
    ("state", "found"), [("PENDING", "waits"), ("IN_REVIEW", "waits"), ("SUSPENDED", "broken")]
)
def test_the_brand_has_a_step_of_its_own(desk, state, found):
    desk.carrier.data.brand.status = state
    jobs.read_campaigns(clock.now())

    assert steps(registration.of(desk.company, now=desk.now))["Brand"] == found


@pytest.mark.parametrize("state", ["SUSPENDED", ""])
def test_what_was_not_verified_is_not_texted_because_it_cannot_be_read_any_more(desk, state):
    if state:
        desk.carrier.set_campaign(state)
    else:
        desk.carrier.service.campaign_sid = ""
    jobs.read_campaigns(clock.now())
    row = Connection.objects.get(vendor="twilio")
    row.options |= {"messaging_service": "MG9"}  # Twilio knows no such service
    row.save()

    jobs.read_campaigns(clock.now())

    assert not registration.of(desk.company, now=desk.now).is_ready


def test_without_campaign_or_number_these_are_to_do(desk):
    desk.carrier.service.campaign_sid = ""
    desk.carrier.service.numbers.clear()
    jobs.read_campaigns(clock.now())

    found = steps(registration.of(desk.company, now=desk.now))

    assert found["Campaign"] == "now" and found["A number in the sender's pool"] == "now"


@pytest.mark.django_db
def test_a_company_without_twilio_begins_at_the_beginning():
    ready = registration.of(factories.company(), now=factories.NOW)

    assert steps(ready)["Twilio account connected"] == "now"
    assert not ready.is_ready


def test_the_words_to_register_pass_our_own_linter_and_name_the_business(desk):
    words = {one.name: one.text for one in registration.words(desk.company, now=desk.now)}
    samples = [text for name, text in words.items() if name.startswith("Sample")]

    assert 2 <= len(samples) <= 5
    for text in samples:
        assert 20 <= len(text) <= 1024
        assert "STOP" in text and desk.company.name in text
        assert wording.may_leave(
            wording.lint(text, business_name=desk.company.name, own_hosts=["127.0.0.1"])
        )
    assert 40 <= len(words["Description"]) <= 4096
    assert "not ticked beforehand" in words["Message flow"]


def test_the_page_stands_and_asks_twilio_by_a_plain_form(desk, client):
    client.force_login(factories.member(desk.company, Role.BOOKKEEPER))
    desk.carrier.set_campaign("IN_PROGRESS")
    where = reverse("messaging:registration", args=[desk.company.slug])

    assert client.get(where).status_code == 200
    client.post(reverse("messaging:registration_read", args=[desk.company.slug]))

    page = client.get(where).content.decode()
    assert "IN_PROGRESS, not VERIFIED" in page and "plan 5 to 7 business days" in page
    row = Connection.objects.get(company=desk.company, vendor="twilio")
    assert row.options["campaign"]["state"] == "IN_PROGRESS"
