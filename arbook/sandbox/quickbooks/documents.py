"""Papers around an invoice: its PDF, QuickBooks' own mail, files attached to it."""

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.wire import Request

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books


def invoice_pdf(books: "Books", id_: str) -> bytes:
    """A one-page PDF with the invoice's main figures."""
    invoice = books.get("Invoice", id_)
    lines = [
        books.ledger.name,
        f"Invoice {invoice.get('DocNumber', '')}",
        f"To: {invoice['CustomerRef'].get('name', '')}",
        f"Date: {invoice['TxnDate']}   Due: {invoice.get('DueDate', '-')}",
        f"Total: {invoice['TotalAmt']:,.2f}   Balance due: {invoice['Balance']:,.2f}",
    ]
    shown = []
    for number, line in enumerate(lines):
        text = line.encode("cp1252", "replace").decode("cp1252")
        text = re.sub(r"([()\\])", r"\\\1", text)
        size = 20 if number < 2 else 12
        shown.append(f"BT /F1 {size} Tf 60 {720 - 34 * number} Td ({text}) Tj ET")
    content = "\n".join(shown).encode("cp1252", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 6\n0000000000 65535 f \n" + table
    return out + head + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)


def send_invoice(books: "Books", id_: str, to: str = "") -> dict[str, Any]:
    """QuickBooks mails the invoice itself; `to` replaces the billing address for good."""
    invoice = books.get("Invoice", id_)
    address = to or (invoice.get("BillEmail") or {}).get("Address")
    if not address:
        raise Refusal("6000", "An email address is required.", element="BillEmail")
    now = clock.now()
    invoice["BillEmail"] = {"Address": address}
    invoice["EmailStatus"] = "EmailSent"
    invoice["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": books.ledger.local(now)}
    books.change("Invoice", invoice, now, verb="emailed")
    message = EmailMessage()
    message["From"] = "quickbooks@notification.example"
    message["To"] = address
    message["Subject"] = f"Invoice {invoice.get('DocNumber', '')} from {books.ledger.name}"
    message.set_content(f"Your invoice over {invoice['TotalAmt']:,.2f} is attached.")
    message.add_attachment(
        invoice_pdf(books, id_), maintype="application", subtype="pdf", filename="invoice.pdf"
    )
    recipients = [part.strip() for part in address.split(",")]
    books.quickbooks.sandbox.mail.keep(message["From"], recipients, message.as_bytes())
    return invoice


def upload_files(books: "Books", request: Request) -> list[dict[str, Any]]:
    """Attach the files of a multipart body; metadata and content carry the same number."""
    head = b"Content-Type: " + request.headers.get("content-type", "").encode() + b"\r\n\r\n"
    message = message_from_bytes(head + request.body, policy=policy.HTTP)
    if not message.is_multipart():
        raise Refusal("2010", "The body is not multipart")
    metadata: dict[str, Any] = {}
    content: dict[str, Any] = {}
    for part in message.iter_parts():  # type: ignore[attr-defined]
        name = str(part.get_param("name", "", header="content-disposition"))
        body = part.get_payload(decode=True) or b""
        if name.startswith("file_metadata"):
            metadata[name[-2:]] = json.loads(body)
        elif name.startswith("file_content"):
            content[name[-2:]] = (part.get_filename(), part.get_content_type(), body)
    results = []
    for key, (file_name, kind, body) in content.items():
        fields = {"FileName": file_name, "ContentType": kind, "Size": len(body)}
        stored = books.create("Attachable", fields | metadata.get(key, {}))
        books.ledger.files[stored["Id"]] = body
        results.append({"Attachable": stored})
    return results
