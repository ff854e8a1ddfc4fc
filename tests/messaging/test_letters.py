"""Letters taken apart: any charset, any nesting, and of the words only what was written now."""

import base64
from email.message import EmailMessage
from time import perf_counter

import pytest

from messaging import html_words, letters, quotes


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I'll pay Friday.\n\nOn Fri, Nov 20, 2026 at 10:02 AM Harbor Dental <desk@x.example>\n"
         "wrote:\n\n> Please pay\n", "I'll pay Friday."),
        ("Ya pagué.\n\nEnviado desde mi iPhone\n\nEl vie, 20 nov 2026 a las 10:02, Harbor"
         " (<a@b.example>) escribió:\n> hola", "Ya pagué."),
        ("Stop this.\n\n________________________________\nFrom: Harbor <a@b.example>\n"
         "Sent: Friday\nTo: Ada\nSubject: Invoice\n\nDear Ada", "Stop this."),
        ("De acuerdo\n\nDe: Harbor <a@b.example>\nEnviado el: viernes\nPara: Ada\nAsunto: Factura\n"
         "\nEstimada", "De acuerdo"),
        ("> Invoice 1042 $100\nI paid this one\n> Invoice 1043 $50\nThis one is wrong",
         "I paid this one\nThis one is wrong"),
        ("We pay on the 15th.\n\nBest regards,\nAda Lane\nAccounts\n(860) 555-0142",
         "We pay on the 15th."),
        ("We pay on the 15th.\n\nCONFIDENTIALITY NOTICE: This email is for its addressee only.",
         "We pay on the 15th."),
        # What asks for something is never cut.
        ("OK\n-- \nAda\nPlease stop emailing me", "OK\n--\nAda\nPlease stop emailing me"),
        ("Hello\n\nThanks,\nplease take me off your list", None),
        ("Thanks, but I already paid this", None),
        ("Sent from my bank account yesterday", None),
        ("---------- Forwarded message ---------\nFrom: x <x@y.example>\nDate: Fri\nTo: y\n\nhi",
         None),
        ("> only quoted", None),
    ],
)  # fmt: skip
def test_quoted_mails_and_signatures_are_cut_and_nothing_that_asks(said, words):
    cut = quotes.cut(said)

    assert cut.words == (words or said)
    assert cut.is_cut == (words is not None and words.split() != said.split())


def test_html_is_read_as_words_and_nothing_of_it_remains():
    html = (
        '<html><head><title>x</title></head><body><div style="display:none">hidden</div>'
        "<p>I paid &amp; you <b>know</b> it<br>on Monday</p><script>alert(1)</script>"
        '<a href="javascript:alert(1)">receipt</a><img src=x onerror=alert(1)>'
        '<div class="gmail_quote">On Fri Harbor wrote:<blockquote>Reply STOP</blockquote></div>'
    )

    words = html_words.words(html)

    assert quotes.cut(words).words == "I paid & you know it\non Monday\n\nreceipt"
    assert "<script" not in words and "javascript" not in words and "hidden" not in words
    assert html_words.words("<div>" * 5000 + "deep") == "deep"


def _letter(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"From: ada@lane.example", *headers, b"", body])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (_letter("Pagué".encode("latin-1"), b"Content-Type: text/plain; charset=ascii"), "Pagué"),
        (_letter("Pagué".encode(), b"Content-Type: text/plain; charset=nonsense"), "Pagué"),
        (_letter("“Paid”".encode("cp1252"), b"Content-Type: text/plain; charset=utf-8"), "“Paid”"),
        (_letter(base64.b64encode("支付".encode("gb2312")),
                 b"Content-Type: text/plain; charset=gb2312",
                 b"Content-Transfer-Encoding: base64"), "支付"),
        (_letter(b"<p>only <i>HTML</i></p>", b"Content-Type: text/html"), "only HTML"),
        (_letter(b"a\x00b"), "ab"),
        (_letter(b"", b"Content-Type: multipart/mixed; boundary=nowhere"), ""),
    ],
)  # fmt: skip
def test_any_charset_is_read_as_far_as_it_goes(raw, text):
    assert letters.read(raw).text == text


def test_invitations_forwarded_mails_and_dangerous_files_are_named():
    inner = EmailMessage()
    inner["Subject"] = "The older mail"
    inner.set_content("older words")
    letter = EmailMessage()
    letter["From"] = "ada@lane.example"
    letter.set_content("See these")
    letter.add_attachment(b"BEGIN:VCALENDAR\r\nSUMMARY:Call about 1042\r\nEND:VCALENDAR",
                          maintype="text", subtype="calendar", filename="invite.ics")  # fmt: skip
    letter.add_attachment(inner)
    letter.add_attachment(b"MZ", maintype="application", subtype="x", filename="../../pay.pdf.exe")
    letter.add_attachment(b"x" * (11 * 1024 * 1024), maintype="image", subtype="tiff",
                          filename="scan.tiff")  # fmt: skip

    read = letters.read(letter.as_bytes())

    assert read.text == "See these\n\n(A calendar invitation: Call about 1042)"
    assert "older words" not in read.text
    names = {one.name: one.content is not None for one in read.files}
    assert names == {"invite.ics": True, "The older mail.eml": True, "pay.pdf.exe": False,
                     "scan.tiff": False}  # fmt: skip


def test_a_header_of_a_hundred_thousand_encoded_words_takes_no_time():
    subject = b"=?utf-8?q?x?= " * 100_000

    began = perf_counter()
    letter = letters.read(b"From: a@b.example\r\nSubject: " + subject + b"\r\n\r\nHello")

    assert (letter.text, letter.subject[:3]) == ("Hello", "xxx")
    assert perf_counter() - began < 5


def test_a_letter_nested_beyond_sense_is_read_or_refused():
    deep = b"From: a@b.example\r\n"
    for number in range(2000):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)

    try:
        letters.read(deep)
    except letters.Unreadable as refusal:
        assert str(refusal).startswith("The letter ")
