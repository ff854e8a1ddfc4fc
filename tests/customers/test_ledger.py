"""The ledger as people read and export it; papers and lists as proof."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arbook.audit.models import Entry
from arbook.companies.models import Role
from customers import attested, consent, ledger, signed_forms
from customers.models import Channel, ConsentEvent, OptIn, SignedForm
from tests import factories
from tests.factories import NOW

NUMBER = "+18605550142"
PDF = b"%PDF-1.4 signed"
pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def desk(client, company):
    client.force_login(factories.member(company, Role.MANAGER))
    return client


@pytest.fixture
def contact(company):
    customer = factories.customer(company, name="Mill & Sons")
    return factories.contact(customer, Channel.SMS, NUMBER)


def url(name, company, *args):
    return reverse(f"customers:{name}", args=[company.slug, *args])


def line(company, direction, *, address=NUMBER, at=NOW, source="staff", **fields):
    act = consent.grant if direction == "given" else consent.withdraw
    return act(company, channel="sms", address=address, source=source, by=None, now=at, **fields)


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {NUMBER, "+18605550143"}),
        ("?standing=given", {"+18605550143"}),
        ("?standing=withdrawn", {NUMBER}),
        ("?source=pay_page", {"+18605550143"}),
        ("?source=staff", {NUMBER}),
        ("?q=555-0143", {"+18605550143"}),
        ("?q=Mill", {NUMBER}),
        ("?q=%00%27%25nobody", set()),
        ("?standing=nonsense&source=x&page=99", {NUMBER, "+18605550143"}),
    ],
)
def test_the_last_line_of_each_number_is_listed_and_narrowed(
    desk, company, contact, query, expected
):
    line(company, "given", source="pay_page")
    line(company, "withdrawn", at=NOW + timedelta(hours=1))
    line(company, "given", address="+18605550143", source="pay_page")

    page = desk.get(url("consent_ledger", company) + query)

    assert {one.address for one in page.context["page"]} == expected


def test_numbers_nobody_knows_about_are_listed_too(desk, company, contact):
    factories.consent(factories.contact(contact.customer, Channel.SMS))

    page = desk.get(url("consent_ledger", company) + "?standing=unknown")

    assert [one.address for one in page.context["page"]] == [NUMBER]
    assert page.context["counts"].unknown == 1 and page.context["counts"].given == 1


def test_the_list_costs_as_many_questions_for_fifty_as_for_one(
    desk, company, contact, django_assert_max_num_queries
):
    for number in range(40):
        line(company, "given", address=f"+1860555{number:04}")
        factories.contact(contact.customer, Channel.SMS, f"+1860555{number:04}")

    with django_assert_max_num_queries(24):
        desk.get(url("consent_ledger", company))


def test_a_number_is_exported_with_words_versions_and_evidence_and_no_formula(
    desk, company, contact
):
    line(
        company,
        "given",
        wording='=HYPERLINK("http://evil.example")',
        wording_version="form.en.2",
        evidence={"where": "page 4"},
    )
    line(company, "withdrawn", at=NOW + timedelta(days=1), wording="@stop", source="phone")
    line(company, "given", address="+18605550143")

    rows = rows_of(desk.get(url("consent_export", company, "csv"), {"of": NUMBER}))

    assert [row["Direction"] for row in rows] == ["Given", "Withdrawn"]
    assert rows[0]["Wording"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[1]["Wording"] == "'@stop"
    assert rows[0]["Wording version"] == "form.en.2"
    assert rows[0]["Evidence"] == '{"where": "page 4"}'
    assert rows[0]["Number or address"] in (NUMBER, f"'{NUMBER}")
    assert {row["Customers"] for row in rows} == {"Mill & Sons"}
    assert len(rows_of(desk.get(url("consent_export", company, "csv")))) == 3
    assert len(rows_of(desk.get(url("consent_export", company, "csv"), {"q": "Mill"}))) == 2


def test_the_page_of_a_number_shows_its_lines_and_stops_it_by_one_click(desk, company, contact):
    line(company, "given", wording="Yes, text me")
    where = url("number", company, NUMBER)
    assert "Yes, text me" in desk.get(where).content.decode()

    desk.post(url("number_stop", company, NUMBER), {"how": "phone", "wording": "Called us."})

    last = ConsentEvent.objects.latest("pk")
    assert (last.direction, last.source, last.wording) == ("withdrawn", "phone", "Called us.")
    assert last.by is not None
    assert "Called us." in desk.get(where).content.decode()
    assert desk.get(url("number", company, "+18605559999")).status_code == 404


def test_another_companys_numbers_are_unknown_here(desk, company, contact):
    line(factories.company(), "given", address="+18605550188")

    assert desk.get(url("number", company, "+18605550188")).status_code == 404
    assert len(rows_of(desk.get(url("consent_export", company, "csv")))) == 0


def test_consent_after_an_opt_out_needs_a_reason(desk, company, contact):
    line(company, "withdrawn", at=NOW - timedelta(days=1))
    where = url("consent", company, contact.customer_id, contact.pk)
    given = {"source": "phone", "wording": "Texts are fine again."}

    assert desk.post(where, given).status_code == 422
    desk.post(where, given | {"reason": "Called on Nov 19."})

    found = consent.standing(company, "sms", NUMBER)
    assert found.is_given and found.event.evidence == {"reason": "Called on Nov 19."}


# --- Papers ---------------------------------------------------------------------------------------


def paper(content=PDF, name="form of ana.pdf"):
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_signed_form_is_kept_as_proof_and_given_back_as_a_file(desk, company, contact):
    where = url("form_upload", company, contact.customer_id, contact.pk)
    form = desk.get(where).context["form"]
    given = {"signed_on": "2026-01-05", "signed_by": "Ana Ruiz", "wording": form["wording"].value()}

    answer = desk.post(where, given | {"file": paper()})

    assert answer.status_code == 302
    found = consent.standing(company, "sms", NUMBER)
    kept = SignedForm.objects.get()
    assert found.is_given and found.event.source == "form"
    assert found.event.wording_version == "form.en.house-2026-11-20"
    assert found.event.evidence["sha256"] == kept.digest
    back = desk.get(url("signed_form", company, kept.pk))
    assert back.content == PDF
    assert back["Content-Type"] == "application/pdf"
    assert back["Content-Disposition"] == 'attachment; filename="form-of-ana.pdf"'


@pytest.mark.parametrize("content", [b"<html><script>", b"", b"MZ\x90\x00", b"GIF89a"])
def test_what_is_no_paper_is_refused(content):
    with pytest.raises(signed_forms.FormRefused):
        signed_forms.read("x.pdf", content)


def test_a_paper_older_than_the_opt_out_proves_nothing_against_it(company, contact):
    line(company, "withdrawn", at=NOW - timedelta(days=3))
    given = {"paper": signed_forms.read("x.pdf", PDF), "signed_by": "Ana", "wording": "Yes"}
    person = factories.member(company)

    with pytest.raises(signed_forms.FormRefused, match="opted out after"):
        signed_forms.take(contact, signed_on=date(2026, 11, 1), by=person, now=NOW, **given)
    with pytest.raises(signed_forms.FormRefused, match="after today"):
        signed_forms.take(contact, signed_on=date(2026, 12, 1), by=person, now=NOW, **given)
    signed_forms.take(contact, signed_on=date(2026, 11, 19), by=person, now=NOW, **given)

    assert consent.standing(company, "sms", NUMBER).is_given


# --- Lists ----------------------------------------------------------------------------------------

LIST = """Name,Mobile,Seen
Mill,(860) 555-0142,form 12
Again,860-555-0142,
Bay,'+18605550143,form 13
Out,8605550144,
Stranger,8605550149,
Nonsense,soon,
"""


def test_a_list_is_looked_at_row_by_row_and_never_lifts_an_opt_out(company, contact):
    for number in ("+18605550143", "+18605550144"):
        factories.contact(contact.customer, Channel.SMS, number)
    line(company, "withdrawn", address="+18605550144")

    looked = attested.look(company, LIST)

    assert [one.fate for one in looked.lines] == [
        attested.TAKEN, attested.TWICE, attested.TAKEN,
        attested.STOPPED, attested.STRANGER, attested.UNREAD,
    ]  # fmt: skip
    person = factories.member(company)
    attested.take(
        company,
        LIST,
        attested_by="Ana Ruiz",
        capacity="owner",
        given_on=date(2026, 10, 1),
        how="Paper at the desk",
        wording="I agree to texts.",
        by=person,
        now=NOW,
    )

    found = consent.standing(company, "sms", NUMBER).event
    assert (found.source, found.by, found.wording) == ("import", person, "I agree to texts.")
    assert found.evidence["attested_by"] == "Ana Ruiz" and found.evidence["row"] == 2
    assert found.evidence["note"] == "Mill; form 12"
    assert consent.standing(company, "sms", "+18605550144").is_withdrawn
    assert Entry.objects.filter(verb="consent.attested").count() == 1
    with pytest.raises(attested.ListRefused, match="No row"):
        attested.take(
            company, LIST, attested_by="A", capacity="o", given_on=date(2026, 10, 1), how="x",
            wording="y", by=person, now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", "Mobile\n", '"' * 300_000])
def test_a_list_without_a_number_is_refused(company, text):
    with pytest.raises(attested.ListRefused):
        looked = attested.look(company, text)
        raise attested.ListRefused(f"nothing taken of {len(looked.lines)}" * (not looked.taken))


def test_the_import_page_looks_first_and_takes_then(desk, company, contact):
    where = url("consent_import", company)
    given = {
        "numbers": NUMBER,
        "wording": "I agree to texts.",
        "how": "Paper",
        "given_on": "2026-10-01",
        "attested_by": "Ana Ruiz",
        "capacity": "owner",
    }
    assert desk.post(where, given).status_code == 422

    first = desk.post(where, given | {"attests": "on"})
    assert "consent is recorded" in first.content.decode().casefold()
    assert not ConsentEvent.objects.exists()
    desk.post(where, given | {"attests": "on", "act": "take"})

    assert consent.standing(company, "sms", NUMBER).is_given


def test_what_waits_for_a_person_stands_on_the_ledger_and_is_decided_there(desk, company, contact):
    line(company, "withdrawn", at=NOW - timedelta(days=1))
    opt_in = OptIn.objects.create(
        company=company,
        customer=contact.customer,
        address=NUMBER,
        state=OptIn.State.FOR_PERSON,
        source="reply",
        wording="yes please text me",
        asked_at=NOW,
    )
    assert "yes please text me" in desk.get(url("consent_ledger", company)).content.decode()
    where = reverse("messaging:opt_in", args=[company.slug, opt_in.pk])

    assert desk.post(where, {"allows": "yes", "reason": ""}).status_code == 422
    desk.post(where, {"allows": "no", "reason": "It answered another question."})

    assert consent.standing(company, "sms", NUMBER).is_withdrawn
    assert list(ledger.waiting(company)) == []
    assert desk.post(where, {"allows": "yes", "reason": "x"}).status_code == 422


def test_words_are_changed_by_managers_and_refused_in_words(desk, company):
    where = url("wordings", company)
    name = "text-en"

    bad = desk.post(where, {"of": name, f"{name}-text": "Text me"})
    assert bad.status_code == 422 and "STOP" in bad.content.decode()
    good = (
        "{business}: reply YES for texts about your account. Msg frequency varies, rates may "
        "apply. HELP for help, STOP to end."
    )
    desk.post(where, {"of": name, f"{name}-text": good})

    assert "reply YES for texts about your account" in desk.get(where).content.decode()
