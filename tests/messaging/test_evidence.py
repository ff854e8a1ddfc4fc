"""The evidence pack: complete, readable, and telling at which row somebody touched it."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from arbook.audit.models import Entry
from arbook.companies.models import Role
from customers import consent
from customers import person as persons
from customers.models import Channel
from invoices.models import Task
from messaging import call_results, calls, evidence_chain, evidence_pack, evidence_rows, inbound
from messaging.models import Message
from messaging.views import evidence as evidence_views
from tests import factories
from tests.factories import NOW

NUMBER, OTHER = "+18605550142", "+18605550143"


@pytest.fixture
def company(db):
    return factories.company(name="Harbor Dental")


@pytest.fixture
def customer(company):
    """Somebody who agreed, was written to, answered, was called, and stopped."""
    row = factories.customer(company, name="=HYPERLINK(1) שלום 🌊 <b>")
    factories.contact(row, Channel.SMS, NUMBER)
    factories.invoice(row, "100.00")
    by = factories.member(company)
    consent.grant(company, channel="sms", address=NUMBER, source="pay_page",
                  wording="Yes, text me.", by=None, now=NOW - timedelta(days=9))  # fmt: skip
    task = calls.ask(row, by=by, now=NOW)
    call_results.keep(task, "voicemail", number=NUMBER, by=by, now=NOW)
    thread = row.threads.get()
    Message.objects.create(
        company=company, thread=thread, customer=row, direction="out", medium="sms",
        purpose="reminder", state="delivered", address=NUMBER, body="=1+1 $100.00 is open",
        total="100.00", approved_by=by, approved_at=NOW, approved_hash="1" * 64,
        content_hash="1" * 64, created_at=NOW, handed_over_at=NOW, settled_at=NOW,
        vendor_id="SM1", vendor_status="delivered",
    )  # fmt: skip
    row.decisions.create(
        company=company, stage="wire", at=NOW, passed=True, sentence="It may leave.",
        rules_version="1", checks=[{"check": "hours", "name": "Decent hours", "result": "pass",
        "sentence": "may leave until 19:30 in Hartford", "read_at": NOW.isoformat()}],
    )  # fmt: skip
    inbound.receive(company, channel="sms", sender=NUMBER, body="Please stop texting me",
                    vendor_id="SM2", received_at=NOW, now=NOW)  # fmt: skip
    return row


def pack(customer, *, by=None) -> bytes:
    file = io.BytesIO()
    evidence_pack.make(evidence_rows.of_customer(customer), file, by=by, now=NOW)
    return file.getvalue()


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return made.getvalue()


def rows_of(files) -> list[dict]:
    return [json.loads(line) for line in files["rows.jsonl"].splitlines()]


def verdict(files) -> evidence_chain.Verdict:
    return evidence_chain.verify(io.BytesIO(packed(files)))


# --- What it tells --------------------------------------------------------------------------------


def test_it_tells_consent_messages_receipts_replies_approvals_and_the_clocks(customer):
    files = files_of(pack(customer))
    rows = rows_of(files)

    kinds = {row["kind"] for row in rows}
    assert kinds >= {"about", "contact", "consent", "decision", "approval", "message", "reply",
                     "call", "delivery", "record"}  # fmt: skip
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    given, withdrawn = [row["facts"] for row in rows if row["kind"] == "consent"]
    assert given["wording"] == "Yes, text me." and withdrawn["direction"] == "withdrawn"
    page = files["index.html"].decode()
    assert "$100.00 is open" in page and "may leave until 19:30 in Hartford" in page
    assert "Please stop texting me" in page
    assert "<b>" not in page and "<script" not in page


def test_the_table_runs_no_formula(customer):
    cells = list(csv.reader(io.StringIO(files_of(pack(customer))["table.csv"].decode("utf-8-sig"))))

    assert not [one for row in cells for one in row if one.startswith(("=", "+", "@"))]
    assert any("'=1+1" in one for row in cells for one in row)


def test_nothing_of_another_customer_with_the_same_number_is_handed_out(company, customer):
    other = factories.customer(company, name="Somebody Else")
    factories.contact(other, Channel.SMS, NUMBER)
    by = factories.member(company)
    call_results.keep(calls.ask(other, by=by, now=NOW), "voicemail", number=NUMBER,
                      told=call_results.Told(note="Secret word"), by=by, now=NOW)  # fmt: skip

    mine = files_of(pack(customer))["rows.jsonl"].decode()
    everybodys = io.BytesIO()
    evidence_pack.make(persons.of_address(company, NUMBER), everybodys, by=by, now=NOW)

    assert "Secret word" not in mine and "Somebody Else" not in mine
    assert b"Secret word" in files_of(everybodys.getvalue())["rows.jsonl"]


# --- Touched --------------------------------------------------------------------------------------


def test_a_row_that_is_altered_is_named_whichever_it_is(customer):
    files = files_of(pack(customer))
    lines = files["rows.jsonl"].splitlines()
    assert verdict(files).is_whole

    for number, line in enumerate(lines, start=1):
        row = json.loads(line)
        row["said"] += "."
        altered = [*lines[: number - 1], json.dumps(row).encode(), *lines[number:]]
        found = verdict(files | {"rows.jsonl": b"\n".join(altered)})
        assert (found.is_whole, found.row) == (False, number)


def test_a_row_altered_with_its_hash_made_to_fit_is_named_too(customer):
    files = files_of(pack(customer))
    rows = rows_of(files)
    rows[4]["facts"] = {"words": "Never said"}
    rows[4]["hash"] = evidence_chain.hash_of(rows[4]["previous"], rows[4])
    lines = b"\n".join(json.dumps(row).encode() for row in rows)

    assert verdict(files | {"rows.jsonl": lines}).row == 5


@pytest.mark.parametrize("how", ["left out", "added", "swapped", "cut", "nonsense"])
def test_rows_left_out_added_or_moved_are_found(customer, how):
    files = files_of(pack(customer))
    lines = files["rows.jsonl"].splitlines()
    lines = {
        "left out": [*lines[:2], *lines[3:]],
        "added": [*lines, lines[-1]],
        "swapped": [*lines[:2], lines[3], lines[2], *lines[4:]],
        "cut": lines[:-1],
        "nonsense": [*lines[:2], b"[]", *lines[3:]],
    }[how]

    found = verdict(files | {"rows.jsonl": b"\n".join(lines)})

    last = len(files["rows.jsonl"].splitlines())
    assert not found.is_whole
    assert found.row == {"added": last + 1, "cut": last}.get(how, 3)


def test_a_page_a_manifest_or_a_file_that_was_changed_is_found(customer):
    files = files_of(pack(customer))
    manifest = json.loads(files["manifest.json"])

    assert "index.html was changed" in verdict(files | {"index.html": b"<p>Nothing</p>"}).breach
    assert "more.txt" in verdict(files | {"more.txt": b""}).breach
    other = json.dumps(manifest | {"company": "Somebody"}).encode()
    assert "manifest" in verdict(files | {"manifest.json": other}).breach
    assert not evidence_chain.verify(io.BytesIO(b"no zip")).is_whole
    assert "not written as packs are" in verdict({"manifest.json": b"[]"}).breach


def test_a_pack_written_anew_as_a_whole_is_whole_but_not_ours(company, customer):
    files = files_of(pack(customer))
    rows = rows_of(files)
    rows[3]["said"] = "Something else"
    previous, manifest = evidence_chain.START, json.loads(files["manifest.json"])
    for row in rows:
        row["previous"] = previous
        row["hash"] = previous = evidence_chain.hash_of(previous, row)
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    manifest["chain"] = [row["hash"] for row in rows]
    manifest["files"]["rows.jsonl"] = hashlib.sha256(lines).hexdigest()
    manifest["seal"] = evidence_chain.seal_of(manifest)
    forged = files | {"rows.jsonl": lines, "manifest.json": json.dumps(manifest).encode()}

    found = evidence_pack.check(company, io.BytesIO(packed(forged)))

    assert found.verdict.is_whole and not found.is_ours
    assert evidence_pack.check(company, io.BytesIO(packed(files))).is_ours


def test_the_program_inside_checks_the_pack_without_us(customer, tmp_path):
    (tmp_path / "pack.zip").write_bytes(pack(customer))
    files = files_of((tmp_path / "pack.zip").read_bytes())
    (tmp_path / "verify.py").write_bytes(files["verify.py"])
    (tmp_path / "bad.zip").write_bytes(
        packed(files | {"rows.jsonl": files["rows.jsonl"].replace(b"stop texting", b"go on", 1)})
    )

    def run(name):
        return subprocess.run(
            [sys.executable, "-I", "verify.py", name], cwd=tmp_path, capture_output=True, text=True
        )

    assert run("pack.zip").returncode == 0
    assert run("bad.zip").returncode == 1 and "TOUCHED. Row" in run("bad.zip").stdout


# --- Handed out -----------------------------------------------------------------------------------


def test_it_is_handed_out_to_a_manager_who_shows_who_they_are_and_is_recorded(company, customer):
    base = f"/c/{company.slug}/messages/evidence/"
    manager = factories.member(company, Role.MANAGER)
    fresh = Client()
    fresh.force_login(manager)
    assert fresh.get(f"{base}{customer.pk}/").status_code == 200
    assert evidence_views.make.asks_again and evidence_views.make_for_address.asks_again

    content = b"".join(fresh.post(f"{base}{customer.pk}/file/").streaming_content)
    entry = Entry.objects.get(verb="evidence.made")
    assert entry.by == manager
    assert entry.data["seal"] == json.loads(files_of(content)["manifest.json"])["seal"]

    def check(content):
        file = io.BytesIO(content)
        file.name = "pack.zip"
        return fresh.post(f"{base}check/", {"pack": file}).content.decode()

    assert "Every row is as it was" in check(content)
    assert "Touched." in check(content[:-40])
    number = fresh.post(f"{base}of-number/", {"address": "(860) 555-0142"})
    assert number["Content-Type"] == "application/zip"
    assert fresh.post(f"{base}of-number/", {"address": "nobody"}).status_code == 422


def test_the_command_makes_and_verifies(company, customer, tmp_path, capsys):
    path = tmp_path / "pack.zip"
    make = ["make", company.slug, "--customer", str(customer.pk), "--out", str(path)]
    call_command("evidence", *make)
    call_command("evidence", "verify", company.slug, str(path))
    assert "whole," in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("evidence", *make)
    files = files_of(path.read_bytes())
    path.write_bytes(packed(files | {"table.csv": b"x"}))
    with pytest.raises(CommandError, match="TOUCHED"):
        call_command("evidence", "verify", company.slug, str(path))


def test_a_call_that_was_logged_stands_in_it(customer):
    assert Task.objects.get(customer=customer, kind=Task.Kind.CALL).snoozed_until
    [call] = [row for row in rows_of(files_of(pack(customer))) if row["kind"] == "call"]
    assert "Left a voicemail" in call["facts"]["words"]
