import pytest

from messaging.wording import lint, may_leave

NAME, HOSTS = "Acme Plumbing", ["pay.acme.example"]
GOOD = (
    "Acme Plumbing: invoice 1042, $500.00, was due May 1. Pay: https://pay.acme.example/i/3f "
    "or reply with a question. Reply STOP to opt out."
)


def codes(text, **facts):
    return {
        each.code for each in lint(text, **{"business_name": NAME, "own_hosts": HOSTS, **facts})
    }


def said(words):
    return codes(f"Acme Plumbing: {words} Reply STOP to opt out.")


def test_a_good_reminder_has_no_findings():
    assert lint(GOOD, business_name=NAME, own_hosts=HOSTS) == []


def test_a_good_spanish_reminder_has_no_findings():
    text = (
        "Acme Plumbing: factura 1042 por $500.00, venció el 1 de mayo. "
        "Pague: https://pay.acme.example/i/3f. Responda STOP para salir."
    )

    assert codes(text) == {"dear_character"}


@pytest.mark.parametrize(
    "words",
    [
        "we write on behalf of our client.",
        "this is a debt collector.",
        "your account goes to a collection agency.",
        "this was sent to collections.",
        "this is an attempt to collect a debt.",
        "we represent the creditor.",
        "escribimos en nombre de nuestro cliente.",
        "pasaremos su cuenta a una agencia de cobranza.",
    ],
)
def test_third_party_wording_is_stopped(words):
    assert "third_party" in said(words)


@pytest.mark.parametrize(
    "words",
    [
        "we will take legal action.",
        "our attorney will call.",
        "expect a lawsuit.",
        "we will report to the credit bureaus.",
        "pay or else.",
        "we will file a lien.",
        "tomaremos acciones legales.",
        "hablará con nuestro abogado.",
    ],
)
def test_threats_are_stopped(words):
    assert "threat" in said(words)


@pytest.mark.parametrize("words", ["act now.", "pay immediately.", "URGENT!", "pay!!", "deadbeat."])
def test_pressure_is_pointed_out(words):
    assert "pressure" in said(words)


@pytest.mark.parametrize("words", ["FINAL NOTICE today.", "PAY NOW please.", "you are OVERDUE."])
def test_capitals_are_heard_as_shouting(words):
    assert "shouting" in said(words)


def test_abbreviations_names_and_invoice_numbers_do_not_shout():
    text = "ACME PLUMBING LLC: INV-1042 by ACH or PDF, HELP for help. Reply STOP to opt out."

    assert "shouting" not in codes(text, business_name="ACME PLUMBING LLC")


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://bit.ly/3xYz", "shortener"),
        ("bit.ly/3xYz", "shortener"),
        ("https://www.tinyurl.com/a", "shortener"),
        ("https://evil.example/i/3f", "foreign_link"),
        ("https://pay.acme.example@evil.example/", "foreign_link"),
        ("https://pay.acme.example.evil.example/", "foreign_link"),
        ("pay-acme.com", "foreign_link"),
        ("http://pay.acme.example/i/3f", "insecure_link"),
        ("pay.acme.example/i/3f", "insecure_link"),
    ],
)
def test_only_our_own_secure_links_pass(link, code):
    assert said(f"pay at {link}.") == {code}


def test_an_address_a_price_and_a_missing_space_are_no_links():
    assert said("mail bill@acme.example, owe $1.50.Thanks") == set()


def test_what_is_missing_is_named():
    assert codes("Your invoice 1042 is due.") == {"no_name", "no_stop_hint"}
    assert "name_not_first" in codes("Hello from Acme Plumbing. Reply STOP to opt out.")
    assert "no_help_hint" in codes(GOOD, is_first=True)
    assert codes("Invoice 1042 from Acme Plumbing is due.", channel="email") == set()


def test_an_own_name_with_a_hard_word_in_it_is_no_threat():
    text = "Lien & Sons: invoice 7 is due. Reply STOP to opt out."

    assert codes(text, business_name="Lien & Sons") == set()


def test_long_texts_are_pointed_out_and_endless_ones_stopped():
    assert "many_parts" in codes(GOOD + " and so on" * 20)
    assert "too_long" in codes(GOOD + " and so on" * 200)


def test_a_finding_carries_the_very_words_and_where_they_are():
    finding = lint("Acme Plumbing: on behalf of us. STOP to end.", business_name=NAME)[0]

    assert (finding.phrase, finding.position, finding.severity) == ("on behalf of", 15, "stop")
    assert not may_leave([finding])
    assert may_leave(lint(GOOD, business_name=NAME, own_hosts=HOSTS))
