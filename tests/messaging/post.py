"""A company that mails its customers over the simulated wire, and the customers who answer."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import mail
from arbook.setup.work import until_quiet
from customers import consent
from customers.models import Channel, Contact, Customer
from messaging import hand_over, threads
from messaging.models import Message
from tests import factories

ADA = "ada@lane.example"
SECRETS = {
    "postmark": "POSTMARK_WEBHOOK_SECRET",
    "mailgun": "MAILGUN_SIGNING_KEY",
    "mailersend": "MAILERSEND_INBOUND_SECRET",
}


@dataclass
class Post:
    """Both ends of the post."""

    company: Company
    customer: Customer
    contact: Contact
    sandbox: Any

    def through(self, provider: str) -> None:
        """Let this provider carry the mail."""
        self.sandbox.postbox.open(
            provider,
            getattr(settings, SECRETS[provider]),
            settings.PUBLIC_URL + reverse("webhooks:mail_inbound", args=[provider]),
            settings.PUBLIC_URL + reverse("webhooks:mail_tracking", args=[provider]),
        )

    def sends(self, body: str = "Please pay invoice 1042.", **fields) -> Message:
        """A reminder by mail, handed over to the mail server."""
        message = Message.objects.create(
            company=self.company,
            thread=threads.of(self.customer),
            customer=self.customer,
            contact=self.contact,
            direction=Message.Direction.OUT,
            medium=Message.Medium.EMAIL,
            purpose=Message.Purpose.RECEIPT,
            state=Message.State.HANDED_OVER,
            vendor_status="sent",
            address=self.contact.address,
            subject="Invoice 1042",
            body=body,
            created_at=clock.now(),
            handed_over_at=clock.now(),
            **fields,
        )
        ready = hand_over.ready_mail(
            self.company, message, link="", language="en", read_at=clock.now()
        )
        sent = mail.send(
            company=self.company,
            to=ready.to,
            subject=ready.subject,
            text=ready.body,
            html=ready.html,
            reply_to=ready.reply_to,
            headers=ready.headers,
            key=ready.key,
        )
        message.vendor_id = sent.message_id
        message.save()
        return message

    @property
    def letter(self):
        """The last letter that reached a customer."""
        return self.sandbox.mailbox[-1]

    def answers(self, text: str, **more) -> Message:
        """The customer answers the last letter; the answer is understood."""
        self.sandbox.postbox.answer(self.letter, text, **more)
        return self.heard()

    def writes(self, text: str, *, sender: str = ADA, to: str = "", **more) -> Message:
        """The customer writes a new letter."""
        to = to or f"{self.company.slug}@{settings.MAIL_DOMAIN}"
        self.sandbox.postbox.write(sender, to, "A question", text, **more)
        return self.heard()

    def heard(self) -> Message:
        self.work()
        return Message.objects.filter(direction="in").latest("pk")

    def work(self) -> None:
        self.sandbox.settle()
        until_quiet()


def office(sandbox, provider: str = "postmark", **fields) -> Post:
    """The company, with one customer who has a mail address."""
    company = factories.company(slug="harbor", name="Harbor Dental", mode="review", **fields)
    customer = factories.customer(company, name="Ada Lane")
    contact = factories.contact(customer, Channel.EMAIL, ADA)
    made = Post(company, customer, contact, sandbox)
    made.through(provider)
    return made


def standing(post, address: str = ADA) -> str:
    return consent.standing(post.company, Channel.EMAIL, address).state
