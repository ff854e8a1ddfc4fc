"""A yes that has to be proven: the number's own answer, or a person's word with a reason."""

from datetime import timedelta

import pytest

from customers import consent, do_not_contact, opt_ins, wordings
from customers.models import Channel, ConsentEvent, ConsentWording, Contact, OptIn
from tests import factories
from tests.factories import NOW

NUMBER = "+18605550142"
pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    company = factories.company(name="Harbor Dental")
    return factories.customer(company, name="Mill & Sons")


def ask(customer, written=NUMBER, *, now=NOW, by=None, **fields):
    return opt_ins.ask(
        customer,
        written=written,
        source="pay_page",
        wording=wordings.current(customer.company, ConsentWording.Kind.PAY_PAGE),
        evidence={"pay_link": 7},
        by=by,
        now=now,
        **fields,
    )


def texted(opt_in, at=NOW):
    OptIn.objects.filter(pk=opt_in.pk).update(texted_at=at)


def standing(customer, number=NUMBER):
    return consent.standing(customer.company, Channel.SMS, number)


def test_a_number_typed_on_a_page_is_no_consent_until_it_answers(customer):
    opt_in = ask(customer, "(860) 555-0142")
    texted(opt_in)

    assert standing(customer).state == "unknown"
    assert not customer.contacts.exists()

    opt_ins.confirmed(
        opt_ins.pending(customer.company, NUMBER, now=NOW), evidence={"answer": "YES"}, now=NOW
    )
    event = ConsentEvent.objects.get()

    assert standing(customer).is_given
    assert (event.source, event.wording_version) == ("opt_in", "pay_page.en.house-2026-11-20")
    assert event.wording.startswith("I agree that Harbor Dental may text me")
    assert event.evidence["answer"] == "YES" and event.evidence["pay_link"] == 7
    assert customer.contacts.get().source == Contact.Source.OPT_IN


def test_asking_twice_is_asking_once(customer):
    assert ask(customer).pk == ask(customer).pk
    assert OptIn.objects.count() == 1


@pytest.mark.parametrize("written", ["", "soon", "555-0142", "(860) 555-0142 x12", "a@b.example"])
def test_what_is_no_mobile_number_is_refused(customer, written):
    with pytest.raises(opt_ins.OptInRefused, match="mobile number"):
        ask(customer, written)


def test_a_link_asks_only_so_many_numbers_a_day(customer):
    for number in range(3):
        ask(customer, f"860555010{number}")

    with pytest.raises(opt_ins.OptInRefused, match="Too many"):
        ask(customer, "8605550109")
    ask(customer, "8605550109", now=NOW + timedelta(days=2))
    ask(customer, "8605550110", by=factories.member(customer.company))


def test_a_number_that_did_not_answer_is_left_alone_for_a_month(customer):
    opt_in = ask(customer)
    texted(opt_in)
    assert opt_ins.expire(customer.company, now=NOW + timedelta(days=8)) == 1

    with pytest.raises(opt_ins.NothingToAsk):
        ask(customer, now=NOW + timedelta(days=10))
    assert ask(customer, now=NOW + timedelta(days=31)).pk != opt_in.pk


def test_an_answer_that_comes_too_late_counts_no_more(customer):
    texted(ask(customer))

    assert opt_ins.pending(customer.company, NUMBER, now=NOW + timedelta(days=6))
    assert opt_ins.pending(customer.company, NUMBER, now=NOW + timedelta(days=8)) is None


def test_who_opted_out_is_not_asked_by_a_page_but_shown_to_a_person(customer):
    person = factories.member(customer.company)
    consent.withdraw(
        customer.company, channel="sms", address=NUMBER, source="reply", by=None, now=NOW
    )
    opt_in = ask(customer, now=NOW + timedelta(hours=1))

    assert opt_in.state == OptIn.State.FOR_PERSON
    assert opt_ins.pending(customer.company, NUMBER, now=NOW) is None
    assert standing(customer).is_withdrawn
    with pytest.raises(opt_ins.OptInRefused, match="how you know"):
        opt_ins.decide(opt_in, allows=True, reason=" ", by=person, now=NOW)

    later = NOW + timedelta(hours=2)
    opt_ins.decide(opt_in, allows=True, reason="Called Ana on Nov 20.", by=person, now=later)

    found = standing(customer)
    assert found.is_given and found.event.by == person
    assert found.event.evidence["reason"] == "Called Ana on Nov 20."
    with pytest.raises(opt_ins.OptInRefused, match="settled"):
        opt_ins.decide(opt_in, allows=False, reason="No.", by=person, now=later)


def test_a_stop_ends_the_question(customer):
    texted(ask(customer))
    consent.withdraw(
        customer.company, channel="sms", address=NUMBER, source="staff", by=None, now=NOW
    )

    assert opt_ins.pending(customer.company, NUMBER, now=NOW) is None
    assert OptIn.objects.get().state == OptIn.State.REFUSED


def test_the_erased_and_those_who_agreed_are_not_asked(customer):
    do_not_contact.add(customer.company, [("sms", NUMBER)], now=NOW)
    with pytest.raises(opt_ins.NothingToAsk):
        ask(customer)

    other = factories.contact(customer, Channel.SMS, "+18605550143")
    factories.consent(other)
    with pytest.raises(opt_ins.NothingToAsk):
        ask(customer, "+18605550143")


def test_two_companies_ask_one_number_each_for_itself(customer):
    other = factories.customer(factories.company())

    assert ask(customer).pk != ask(other).pk


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", ConsentWording.Kind.values)
def test_the_houses_words_say_all_that_must_be_said(kind, language):
    [house] = [one for one in wordings.HOUSE if (one.kind, one.language) == (kind, language)]

    assert wordings.missing(kind, house.text) == []


def test_other_words_are_a_new_version_and_old_ones_stay(customer):
    company, person = customer.company, factories.member(customer.company)
    house = next(one for one in wordings.HOUSE if one.kind == "pay_page" and one.language == "en")
    first, second = house.text + " Thank you.", house.text + " Thanks."

    for text in (first, second):
        wordings.change(company, kind="pay_page", language="en", text=text, by=person, now=NOW)
    found = wordings.current(company, "pay_page")

    assert found.version == "pay_page.en.2" and found.text.endswith("Thanks.")
    assert ConsentWording.objects.filter(is_current=False).get().text == first
    assert wordings.current(company, "pay_page", "es").version.endswith("house-2026-11-20")
    assert wordings.current(factories.company(), "pay_page").version.startswith("pay_page.en.house")


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("I agree to texts. STOP, HELP, rates, frequency, account.", "business"),
        ("{business} may text about my account. HELP, rates, frequency.", "STOP"),
        ("{business} may text. STOP, HELP, rates, frequency.", "about"),
        ("{business} {name}: account, STOP, HELP, rates, frequency.", "Only"),
    ],
)
def test_words_that_lack_something_are_not_used(customer, text, lacking):
    with pytest.raises(wordings.WordingRefused, match=lacking):
        wordings.change(
            customer.company, kind="pay_page", language="en", text=text, by=None, now=NOW
        )
