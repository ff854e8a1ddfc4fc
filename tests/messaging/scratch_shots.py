from datetime import UTC, datetime, timedelta, date
from decimal import Decimal
import pytest
from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from customers.models import Channel
from messaging import threads, replies, outcomes
from messaging.models import Message, Thread
from tests import factories
from tests.messaging import phone
from tests.messaging.phone import PHONE

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
OUT = "/tmp/team/inbox-shots"

@pytest.mark.parametrize("dark", [False, True])
def test_shots(open_page, live, sandbox, dark):
    import os; os.makedirs(OUT, exist_ok=True)
    movable.move_to(NOON)
    line = phone.line(sandbox)
    company = line.company
    me = factories.member(company, Role.MANAGER)
    factories.books(company)
    for n, (b, num) in enumerate([("1240.00", "10482"), ("88.50", "10377"), ("15920.10", "10401")]):
        factories.invoice(line.customer, b, number=num)
    factories.contact(line.customer, Channel.EMAIL, "accounts-payable.department@alder-and-finch-interiors.example")
    thread = threads.of(line.customer)
    Message.objects.create(company=company, thread=thread, customer=line.customer, direction="out", medium="sms", purpose="reminder", state="delivered", address=PHONE, body="Harbor Dental: invoice 10482, $1,240.00, was due Oct 31. View or pay: https://pay.example/p/8Zk2vQ Reply STOP to opt out.", created_at=NOON - timedelta(hours=3), handed_over_at=NOON - timedelta(hours=3))
    Message.objects.create(company=company, thread=thread, customer=line.customer, direction="out", medium="email", purpose="reminder", state="handed_over", address="a@b.example", subject="Invoice 10482 from Harbor Dental", body="Hello Alder,\n\nthis is a longer mail.\n\nThank you,\nHarbor Dental", created_at=NOON - timedelta(days=9), handed_over_at=NOON - timedelta(days=9))
    line.hears("I already paid 10482 by check on Tuesday 🙏 please look again before you write to me. " + "We really did. " * 12)
    threads.note(thread, body="Called, left word with the front desk.", by=me, now=movable.now())
    replies.reply(thread, body="Thanks, we will look for the check today.", by=me, now=movable.now(), medium="sms")
    line.work()
    line.hears("Ok I can pay $500 on Friday for the rest")
    names = ["O’Brien & Söhne Zimmermannsgesellschaft mit sehr langem Namen GmbH & Co. KG", "مؤسسة النور للتجارة", "Q"]
    texts = ["متى يمكنني الدفع؟ أرسل لي الفاتورة من فضلك.", "Please stop texting me", "you charged me twice!!! https://example.com/averyveryveryveryveryveryveryveryveryveryveryverylongaddress?with=parameters"]
    numbers = ["+12125550143", "+12125550144", "+12125550145"]
    for name, text, number in zip(names, texts, numbers):
        c = factories.customer(company, name=name, postal_code="06103", state="CT")
        factories.consent(factories.contact(c, Channel.SMS, number))
        factories.invoice(c, "420.00")
        line.hears(text, sender=number)
    line.hears("Who is this? Wrong number I think", sender="+13125550177")
    stopped = Thread.objects.get(customer__name=names[1])
    stranger = Thread.objects.get(customer=None)
    for width, height in ((1440, 900), (390, 844)):
        page = open_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        page.goto("/accounts/login/")
        page.fill("input[name=login]", me.email)
        page.fill("input[name=password]", "correct horse battery")
        page.click("main button[type=submit], form button[type=submit]")
        page.wait_for_load_state()
        tag = f"{width}-{'dark' if dark else 'light'}"
        base = f"/c/{company.slug}/messages/inbox/"
        for name, url in {"list": base, "thread": f"{base}{thread.pk}/", "stopped": f"{base}{stopped.pk}/", "stranger": f"{base}{stranger.pk}/", "empty": f"{base}?queue=snoozed", "promise": f"{base}{thread.pk}/promise/", "close": f"{base}{thread.pk}/close/", "link": f"{base}{stranger.pk}/link/", "customer": f"/c/{company.slug}/messages/of-customer/{line.customer.pk}/"}.items():
            page.goto(url)
            page.wait_for_timeout(200)
            page.screenshot(path=f"{OUT}/{name}-{tag}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            print(name, tag, "overflow", wide)
        page.goto(f"{base}{thread.pk}/")
        page.keyboard.press("p")
        page.wait_for_timeout(600)
        page.screenshot(path=f"{OUT}/dialog-{tag}.png")
        page.keyboard.press("Escape")
        page.goto(f"{base}{thread.pk}/")
        page.fill("#composer textarea", "Thank you — we have it “noted”. 🙂")
        page.wait_for_timeout(900)
        page.screenshot(path=f"{OUT}/typing-{tag}.png")
        page.click("#composer button:has-text('Send'):not([name])")
        page.wait_for_timeout(900)
        page.screenshot(path=f"{OUT}/sent-{tag}.png")
