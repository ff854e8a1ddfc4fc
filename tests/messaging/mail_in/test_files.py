"""The whole mail and its files: shown to members, kept as evidence."""

from decimal import Decimal

from django.urls import reverse

from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from invoices import disputes
from tests import factories


def test_the_whole_mail_and_its_files_are_shown_to_members_only(post, client):
    post.sends()
    files = (("../<b>.pdf", b"%PDF", "application/pdf"), ("run.exe", b"MZ", "application/x-ms"))
    heard = post.answers("See the file", files=files)
    person = factories.member(post.company)
    url = reverse("messaging:letter", args=[post.company.slug, heard.pk])

    client.force_login(person)
    page = client.get(url).content.decode()
    assert "Please pay invoice 1042." in page
    assert "files of this kind can do harm" in page
    file = heard.letter.files.exclude(content=None).get()
    answer = client.get(reverse("messaging:letter_file", args=[post.company.slug, file.pk]))
    assert answer.content == b"%PDF"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]

    client.force_login(factories.member(factories.company(slug="else")))
    assert client.get(url).status_code == 404


def test_a_file_of_a_mail_becomes_evidence_of_the_dispute_it_is_about(post, client):
    invoice = factories.invoice(post.customer, "500.00")
    about = {"amount": Decimal("180"), "by": None, "now": movable.now()}
    dispute = disputes.open_dispute(invoice=invoice, reason="Broken", **about)
    foreign = disputes.open_dispute(
        invoice=factories.invoice(factories.customer(post.company), "500.00"), reason="X", **about
    )
    files = (
        ("photo of it.png", b"\x89PNG\r\n\x1a\n1", "image/png"),
        ("a.txt", b"hi", "text/plain"),
    )
    post.sends()
    heard = post.answers("It came broken", files=files)
    photo, text = heard.letter.files.order_by("pk")
    person = factories.member(post.company, role=Role.BOOKKEEPER)
    client.force_login(person)

    def keep(file, about=dispute):
        url = reverse("messaging:letter_file_evidence", args=[post.company.slug, file.pk])
        return client.post(url, {"dispute": about.pk}, follow=True)

    assert b"Evidence in the dispute about" in client.get(heard.letter.get_absolute_url()).content
    assert b"Choose an open dispute" in keep(photo, foreign).content
    assert b"Only PDF, PNG and JPEG" in keep(text).content
    assert b"Kept beside the dispute." in keep(photo).content
    assert b"beside the dispute already" in keep(photo).content

    (row,) = dispute.evidence.all()
    assert (row.file_name, bytes(row.content)) == ("photo_of_it.png", bytes(photo.content))
    assert row.note.startswith("From the mail of ada@lane.example, Nov 20, 2026")
    answer = client.get(reverse("invoices:evidence", args=[post.company.slug, row.pk]))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
