"""A person's data: everything in one file, and an erasure that takes out words, not facts."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from arbook.audit import log, sealing, verifying
from arbook.audit.models import Entry
from arbook.companies import keeping
from arbook.companies.models import Role
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.setup import erasing, persons
from arbook.webhooks.models import WebhookEvent
from customers import book_contacts, consent, contacts, mirror, profile, retention
from customers.models import ConsentEvent, Contact, Customer, DoNotContact
from customers.person import Names, PersonUnknown, names, of_address
from invoices import tasks
from invoices.models import Dispute, PromiseToPay, Task
from messaging import approving, inbound
from messaging.models import Decision, Message, Thread
from reconciliation.models import Posting, StripePayment
from tests import factories
from tests.customers.test_contacts import book as book_customer
from tests.factories import NOW

pytestmark = pytest.mark.django_db

NUMBER, MAIL = "+18605550177", "rosalind.quimby@mail.example"
# What must be nowhere afterwards, but in the ledger of consent.
TRACES = ["Quimby", "Rosalind", "860555017", "555-0177", "rosalind.quimby", "12 Elm", "my late"]


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def boss(harbor):
    return factories.member(harbor, Role.MANAGER)


@pytest.fixture
def rosalind(harbor, boss) -> Customer:
    """A customer with something in every corner of the house."""
    one = factories.customer(
        harbor,
        name="Rosalind Quimby",
        given_name="Rosalind",
        family_name="Quimby",
        street="12 Elm Street",
        notes="my late payer",
    )
    text = factories.contact(one, "sms", NUMBER, name="Rosalind Q")
    factories.contact(one, "email", MAIL)
    consent.grant(
        harbor,
        channel="sms",
        address=NUMBER,
        source=ConsentEvent.Source.STAFF,
        wording="she said yes",
        by=boss,
        now=NOW - timedelta(days=100),
    )
    bill = factories.invoice(one, 0, total=Decimal("80.00"))
    PromiseToPay.objects.create(
        company=harbor, invoice=bill, amount=80, due_on=NOW.date(), made_at=NOW, state="kept"
    )
    Dispute.objects.create(
        company=harbor,
        invoice=bill,
        amount=5,
        reason="my late husband never saw it",
        opened_at=NOW,
        state="resolved",
    )
    profile.note(one, text="Rosalind calls back, my late hours", by=boss, now=NOW)
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="This is Rosalind Quimby, my late bill is paid",
        vendor_id="SM1",
        received_at=NOW,
        now=NOW,
    )
    thread = Thread.objects.get(customer=one)
    for state in (Message.State.DELIVERED, Message.State.PROPOSED):
        Message.objects.create(
            company=harbor,
            thread=thread,
            customer=one,
            contact=text,
            direction="out",
            medium="sms",
            purpose="receipt" if state == "delivered" else "reminder",
            state=state,
            address=NUMBER,
            body="Dear Rosalind, thank you",
            created_at=NOW,
            total=80,
        )
    Decision.objects.create(
        company=harbor,
        customer=one,
        stage="plan",
        at=NOW,
        passed=False,
        sentence="Rosalind Quimby owes nothing.",
        checks=[{"check": "reach", "name": "Reach", "value": NUMBER, "sentence": MAIL}],
        rules_version="1",
    )
    payment = StripePayment.objects.create(
        company=harbor,
        intent="pi_1",
        customer=one,
        amount=80,
        state="succeeded",
        started_at=NOW,
        payer_email=MAIL,
    )
    Posting.objects.create(
        company=harbor,
        payment=payment,
        request_id="r",
        reference="r",
        intended_at=NOW,
        state="verified",
        quickbooks_id="77",
    )
    WebhookEvent.objects.create(
        company=harbor,
        vendor="twilio",
        external_id="SM1",
        kind="message",
        content=json.dumps({"From": NUMBER, "Body": "my late bill"}),
        received_at=NOW,
        not_before=NOW,
        state="done",
    )
    Effect.objects.create(
        company=harbor,
        kind="alerts.mail",
        key="alert:1",
        payload={"to": "desk@harbor.example", "title": "Rosalind Quimby wrote"},
        state="done",
        not_before=NOW,
        created_at=NOW,
        finished_at=NOW,
    )
    sealing.seal_waiting(now=NOW)
    return one


def _erase(customer, *, now=NOW, **how) -> dict:
    how = {"reason": "Asked by letter of Nov 2", "by": None} | how
    return erasing.erase(persons.of_customer(customer), now=now, **how)


def _whole_database(*, but: tuple[str, ...] = ()) -> str:
    """Every row of every table of ours as text."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table not in but:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                rows += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return "\n".join(rows)


def _traces(**how) -> list[str]:
    said = _whole_database(**how).splitlines()
    return [line for line in said for trace in TRACES if trace.lower() in line.lower()]


# --- Export --------------------------------------------------------------------------------------


def test_the_file_holds_everything_about_the_person(harbor, rosalind, boss):
    other = factories.customer(harbor, name="Somebody Else")
    log.record("customer.note", "Not about her", about=[other], by=boss, at=NOW)
    file = io.BytesIO()

    counts = persons.export(persons.of_customer(rosalind), file, by=boss, now=NOW)

    archive = zipfile.ZipFile(file)
    found = json.loads(archive.read("person.json"))
    assert found["customer"][0]["name"] == "Rosalind Quimby"
    assert {one["address"] for one in found["contacts"]} == {NUMBER, MAIL}
    assert found["consent"][0]["wording"] == "she said yes"
    assert found["messages"][0]["body"].startswith("This is Rosalind")
    assert found["receipts"][0]["body"] == "Dear Rosalind, thank you"
    assert found["promises"][0]["amount"] == "80.00"
    assert found["disputes"][0]["reason"] == "my late husband never saw it"
    assert found["notes"][0]["text"] == "Rosalind calls back, my late hours"
    assert found["decisions"][0]["sentence"] == "Rosalind Quimby owes nothing."
    assert found["payments"][0]["posting__quickbooks_id"] == "77"
    assert any("wrote: This is Rosalind" in one["said"] for one in found["record"])
    assert "Somebody" not in json.dumps(found)
    assert counts == {kind: len(found[kind]) for kind in counts}
    assert {f"{kind}.csv" for kind, count in counts.items() if count} | {"person.json"} == set(
        archive.namelist()
    )
    assert Entry.objects.get(verb="person.exported").by == boss


def test_no_cell_of_the_file_is_a_formula(harbor, rosalind, boss):
    profile.note(rosalind, text="=HYPERLINK(1)", by=boss, now=NOW)
    file = io.BytesIO()

    persons.export(persons.of_customer(rosalind), file, by=boss, now=NOW)

    text = zipfile.ZipFile(file).read("notes.csv").decode("utf-8-sig")
    assert [row["text"] for row in csv.DictReader(io.StringIO(text))][1] == "'=HYPERLINK(1)"


def test_an_address_alone_is_a_person_too(harbor):
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="Who are you?",
        vendor_id="SM9",
        received_at=NOW,
        now=NOW,
    )

    found = persons.gather(of_address(harbor, "(860) 555-0177"))

    assert [one["body"] for one in found["messages"]] == ["Who are you?"]
    assert found["customer"] == []
    with pytest.raises(PersonUnknown):
        of_address(harbor, "nobody in particular")


# --- Erasure -------------------------------------------------------------------------------------


def test_nothing_legible_is_left_but_the_evidence_of_consent(harbor, rosalind, boss):
    assert len(_traces()) > 15

    _erase(rosalind, by=boss)

    assert _traces(but=("customers_consentevent",)) == []
    event = ConsentEvent.objects.get()
    assert (event.address, event.wording) == (NUMBER, "she said yes")


def test_what_the_books_need_stays(harbor, rosalind):
    _erase(rosalind)

    bill = rosalind.invoices.get()
    payment = StripePayment.objects.get()
    assert (bill.total, bill.balance) == (80, 0)
    assert (payment.amount, payment.intent, payment.payer_email) == (80, "pi_1", "")
    assert payment.posting.quickbooks_id == "77"
    assert [row.total for row in Message.objects.order_by("pk")] == [0, 80, 80]
    assert PromiseToPay.objects.get().amount == 80


def test_the_record_says_who_erased_when_and_why_and_its_chain_holds(harbor, rosalind, boss):
    before = Entry.objects.count()

    _erase(rosalind, by=boss)
    sealing.seal_waiting(now=NOW)

    entry = Entry.objects.get(verb="person.erased")
    assert (entry.by, entry.company) == (boss, harbor)
    assert entry.said == "A person's data was erased. Reason: Asked by letter of Nov 2"
    assert Entry.objects.count() > before
    found = verifying.verify()
    assert found.breach is None
    assert found.redacted > 3


def test_the_preview_is_what_then_happens(harbor, rosalind):
    before = _whole_database()

    foretold = erasing.preview(persons.of_customer(rosalind), now=NOW)

    assert _whole_database() == before
    done = _erase(rosalind)
    sentences = "sentences of the record"
    assert foretold.goes.pop(sentences) <= done.pop(sentences)
    assert foretold.goes == done


def test_a_second_erasure_finds_nothing_more(harbor, rosalind):
    _erase(rosalind)

    again = erasing.preview(persons.of_customer(rosalind), now=NOW)

    assert {name: count for name, count in again.goes.items() if count} == {
        "tasks, disputes, pauses and letters": again.goes["tasks, disputes, pauses and letters"]
    }


def test_an_erasure_needs_a_reason(harbor, rosalind):
    with pytest.raises(erasing.ErasureRefused):
        _erase(rosalind, reason="  ")


def test_the_name_stays_on_what_is_owed_and_goes_when_it_is_paid(harbor, rosalind):
    bill = factories.invoice(rosalind, 40)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    _erase(rosalind)

    rosalind.refresh_from_db()
    assert "1 open invoice over $40.00" in stays[0].what
    assert (rosalind.name, rosalind.erased_at) == ("Rosalind Quimby", None)
    assert not rosalind.contacts.exclude(address="")

    bill.balance = 0
    bill.save()
    erasing.finish(NOW + timedelta(days=30))

    rosalind.refresh_from_db()
    assert rosalind.name == f"Erased customer {rosalind.quickbooks_id}"
    assert _traces(but=("customers_consentevent",)) == []


def test_money_not_yet_in_the_books_keeps_the_name(harbor, rosalind):
    Posting.objects.update(state="posted")

    assert erasing.preview(persons.of_customer(rosalind), now=NOW).with_name is False


def test_the_books_do_not_bring_the_person_back(harbor, rosalind):
    _erase(rosalind)
    row = book_customer(
        id=rosalind.quickbooks_id,
        sync_token="9",
        name="Rosalind Quimby",
        emails=MAIL,
        mobile="860-555-0177",
    )

    mirror.apply(harbor, [row], now=NOW + timedelta(days=1))

    rosalind.refresh_from_db()
    assert rosalind.sync_token == "9"
    assert rosalind.name.startswith("Erased customer")
    assert contacts.best([rosalind.pk], "sms") == contacts.best([rosalind.pk], "email") == {}
    assert _traces(but=("customers_consentevent",)) == []


def test_another_customer_of_the_books_does_not_bring_the_address_back(harbor, rosalind):
    _erase(rosalind)
    other = factories.customer(harbor)

    book_contacts.refresh(
        harbor, {other.pk: book_customer(id="x", emails=f"{MAIL}, new@mail.example")}, now=NOW
    )

    assert [one.address for one in other.contacts.all()] == ["new@mail.example"]


def test_nobody_enters_the_address_again(harbor, rosalind, boss):
    _erase(rosalind)

    with pytest.raises(contacts.ContactRefused, match="erased"):
        contacts.add(rosalind, channel="sms", written=NUMBER, by=boss, now=NOW)


def test_only_hashes_are_remembered_and_every_company_has_its_own(harbor, rosalind):
    _erase(rosalind)
    other = factories.company()
    erasing.erase(of_address(other, NUMBER), reason="asked", by=None, now=NOW)

    digests = list(DoNotContact.objects.filter(channel="sms").values_list("digest", flat=True))
    assert len(set(digests)) == 2
    assert all(len(one) == 64 for one in digests)


def test_what_was_about_to_leave_does_not(harbor, rosalind):
    message = Message.objects.get(state=Message.State.PROPOSED)
    message.state = Message.State.APPROVED
    message.save()
    outbox.enqueue(
        "messaging.send",
        key=approving.effect_key(message.pk),
        company=harbor,
        payload={"message": message.pk},
        now=NOW,
    )

    _erase(rosalind)

    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    effect = Effect.objects.get(kind="messaging.send")
    assert (effect.state, effect.error) == (Effect.State.CANCELLED, "Erased on request.")


def test_what_is_leaving_at_this_moment_is_erased_the_next_day(harbor, rosalind):
    message = Message.objects.get(state=Message.State.PROPOSED)
    Message.objects.filter(pk=message.pk).update(state=Message.State.APPROVED)
    effect = outbox.enqueue(
        "messaging.send",
        key=approving.effect_key(message.pk),
        company=harbor,
        payload={"message": message.pk},
        now=NOW,
    )
    Effect.objects.filter(pk=effect.pk).update(state=Effect.State.UNSURE)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    _erase(rosalind)

    message.refresh_from_db()
    assert any("leaving at this moment" in one.what for one in stays)
    assert message.body == "Dear Rosalind, thank you"
    Effect.objects.filter(pk=effect.pk).update(state=Effect.State.DONE, finished_at=NOW)
    Message.objects.filter(pk=message.pk).update(state=Message.State.DELIVERED)
    erasing.finish(NOW + timedelta(days=1))
    assert _traces(but=("customers_consentevent",)) == []


def test_effects_that_are_not_over_are_named_and_lose_their_words_once_they_are(harbor, rosalind):
    for state in ("pending", "unsure", "dead"):
        Effect.objects.create(
            company=harbor,
            kind="alerts.mail",
            key=f"alert:{state}",
            payload={"to": "desk@harbor.example", "title": f"Rosalind Quimby wrote, {NUMBER}"},
            error=f"550 {MAIL}",
            state=state,
            not_before=NOW,
            created_at=NOW,
        )

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    _erase(rosalind)

    assert "3 effects waiting, in doubt, or dead" in [one.what for one in stays]
    dead = Effect.objects.get(state="dead")
    assert dead.payload["title"] == f"Rosalind Quimby wrote, {NUMBER}"
    erasing.finish(NOW + timedelta(days=1))
    assert len(_traces(but=("customers_consentevent",))) >= 3

    outbox.give_up(dead, reason="of no use", now=NOW)
    over = {"state": "done", "result": {"said": f"To {MAIL}"}}
    Effect.objects.filter(key__in=["alert:pending", "alert:unsure"]).update(**over)
    erasing.finish(NOW + timedelta(days=2))

    assert _traces(but=("customers_consentevent",)) == []


def test_an_effect_in_doubt_of_somebody_without_a_customer_loses_its_words_too(harbor):
    inbound.receive(
        harbor, channel="sms", sender=NUMBER, body="my late bill", vendor_id="SM2",
        received_at=NOW, now=NOW,
    )  # fmt: skip
    effect = Effect.objects.create(
        company=harbor, kind="alerts.mail", key="alert:x", state="unsure",
        payload={"title": f"{NUMBER} wrote"}, not_before=NOW, created_at=NOW,
    )  # fmt: skip
    erasing.erase(of_address(harbor, NUMBER), reason="Asked", by=None, now=NOW)
    Effect.objects.filter(pk=effect.pk).update(state="done")

    erasing.finish(NOW + timedelta(days=1))

    assert _traces(but=("customers_consentevent",)) == []


def test_what_a_message_that_left_said_of_its_address_goes_too(harbor, rosalind):
    Effect.objects.create(
        company=harbor, kind="messaging.send", key="message:x", state="done",
        payload={"message": 1}, result={"said": f"Text to {NUMBER} handed over.", "message": 1},
        not_before=NOW, created_at=NOW, finished_at=NOW,
    )  # fmt: skip

    _erase(rosalind)

    assert Effect.objects.get(key="message:x").result == {"message": 1}


def test_old_evidence_goes_after_five_years_and_the_opt_out_still_holds(harbor, rosalind):
    consent.withdraw(harbor, channel="sms", address=NUMBER, source="reply", by=None, now=NOW)
    _erase(rosalind)

    retention.age_out(harbor, now=keeping.months_before(NOW, -59))
    assert ConsentEvent.objects.exclude(address="").count() == 1
    retention.age_out(harbor, now=keeping.months_before(NOW, -61))

    assert not ConsentEvent.objects.exclude(address="").exists()
    row = book_customer(id=rosalind.quickbooks_id, sync_token="10", mobile=NUMBER)
    mirror.apply(harbor, [row], now=NOW)
    assert contacts.best([rosalind.pk], "sms") == {}


def test_evidence_of_others_is_never_aged_out(harbor):
    contact = factories.contact(factories.customer(harbor), "sms")
    factories.consent(contact, at=NOW - timedelta(days=9000))

    assert retention.age_out(harbor, now=NOW)["lines of consent"] == 0
    assert ConsentEvent.objects.get().address == contact.address


def test_another_company_and_other_customers_keep_theirs(harbor, rosalind):
    twin = factories.company()
    same = factories.contact(factories.customer(twin, name="Rosalind Quimby"), "sms", NUMBER)
    neighbour = factories.contact(factories.customer(harbor), "sms")
    shared = factories.contact(factories.customer(harbor, name="Office"), "sms", NUMBER)

    _erase(rosalind)

    for one in (same, neighbour, shared):
        one.refresh_from_db()
    assert same.address == NUMBER
    assert neighbour.address
    # One number is one person, whoever else has it in the books.
    assert (shared.address, shared.state) == ("", Contact.State.REMOVED)


def test_a_short_name_within_other_words_takes_nothing_of_others(harbor):
    lee = factories.customer(harbor, name="Lee")
    for number, title in enumerate(["Fleet Brothers wrote", "Lee wrote"]):
        Effect.objects.create(
            company=harbor,
            kind="alerts.mail",
            key=f"lee:{number}",
            payload={"title": title},
            state="done",
            not_before=NOW,
            created_at=NOW,
            finished_at=NOW,
        )

    assert erasing.preview(persons.of_customer(lee), now=NOW).goes["effects"] == 1
    _erase(lee)

    assert Effect.objects.get(key="lee:0").payload == {"title": "Fleet Brothers wrote"}
    assert "Lee" not in str(Effect.objects.get(key="lee:1").payload)


def test_those_who_lose_a_shared_address_are_named_before(harbor, rosalind):
    factories.contact(factories.customer(harbor, name="Office"), "sms", NUMBER)

    assert erasing.preview(persons.of_customer(rosalind), now=NOW).others == ["Office"]


def test_jobs_of_the_customer_are_named_as_customers_of_their_own(harbor, rosalind):
    parent = rosalind.quickbooks_id
    factories.customer(harbor, name="Kitchen", is_job=True, parent_quickbooks_id=parent)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays

    assert "1 job of this customer" in [one.what for one in stays]


def test_who_pays_or_answers_for_others_as_well_is_not_the_person(harbor, rosalind):
    agent = factories.contact(factories.customer(harbor), "email", "agent@books.example")
    StripePayment.objects.update(payer_email=agent.address)

    _erase(rosalind)

    agent.refresh_from_db()
    assert agent.address == "agent@books.example"


def test_the_telephone_of_the_house_answers_in_a_dry_run_and_is_nobodys(harbor, rosalind):
    harbor.test_phone = "+18605550999"
    harbor.save()
    Message.objects.filter(direction="in").update(address=harbor.test_phone)

    person = persons.of_customer(Customer.objects.get(pk=rosalind.pk))

    assert harbor.test_phone not in person.addresses
    assert NUMBER in person.addresses


def test_a_strangers_words_go_by_the_address(harbor):
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="my late answer",
        vendor_id="SM9",
        received_at=NOW,
        now=NOW,
    )

    erasing.erase(of_address(harbor, NUMBER), reason="asked", by=None, now=NOW)

    assert _traces() == []
    assert Thread.objects.get().unknown_address.startswith("erased-")


def test_an_open_task_loses_the_words_and_stays_open(harbor, rosalind):
    task = tasks.open_task(
        harbor,
        kind=Task.Kind.OTHER,
        key="k",
        title="Rosalind Quimby asks for help",
        detail="my late bill",
        customer=rosalind,
        now=NOW,
    )

    _erase(rosalind)

    task.refresh_from_db()
    assert (task.title, task.detail) == ("[erased] asks for help", "Erased on request.")
    assert task.done_at is None


# --- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "covered"),
    [
        ("Texts to (860) 555-0177 stop", "Texts to [erased] stop"),
        ("Call 860.555.0177 or 8605550177", "Call [erased] or [erased]"),
        ("+1 860 555 0177", "[erased]"),
        ("sent to ROSALIND.Quimby@mail.example.", "sent to [erased]."),
        ("rosalind quimby was added", "[erased] was added"),
        ("Rosalind's bill", "[erased]'s bill"),
        ("Invoice 18605550177001 is open", "Invoice 18605550177001 is open"),
        ("a rosalinda is a flower", "a rosalinda is a flower"),
    ],
)
def test_a_person_is_found_however_they_are_written(rosalind, said, covered):
    found = names(persons.of_customer(rosalind))

    assert found.cover(said) == covered
    assert found.cover_all({"a": [said, 5]}) == {"a": [covered, 5]}


def test_nobody_is_found_where_nobody_is_known():
    assert Names(None).cover("Anything") == "Anything"


# --- Command -------------------------------------------------------------------------------------


def _command(*words) -> str:
    out = StringIO()
    call_command("person", *map(str, words), stdout=out)
    return out.getvalue()


def test_the_command_exports_and_erases_after_a_yes(harbor, rosalind, tmp_path):
    who = ["--company", "harbor", "--customer", rosalind.pk]

    said = _command("export", *who, tmp_path / "person.zip")
    assert "2 contacts" in said
    assert zipfile.is_zipfile(tmp_path / "person.zip")
    assert "stays: 1 line of the consent ledger" in _command("erase", *who)
    assert _traces()
    with pytest.raises(CommandError, match="who asked"):
        _command("erase", *who, "--yes")
    assert "erased:" in _command("erase", *who, "--yes", "--reason", "Letter")

    assert _traces(but=("customers_consentevent",)) == []


@pytest.mark.parametrize(
    "who",
    [
        ["--company", "nobody", "--customer", "1"],
        ["--company", "harbor", "--customer", "0"],
        ["--company", "harbor", "--address", "nowhere"],
    ],
)
def test_the_command_knows_whom_it_speaks_of(harbor, who):
    with pytest.raises(CommandError):
        _command("erase", *who)
