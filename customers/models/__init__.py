"""Who owes, how to reach them, and what they allow."""

from customers.models.consent import ConsentEvent, ConsentWording, OptIn, SignedForm
from customers.models.contacts import BookMail, Channel, Contact, DoNotContact
from customers.models.customers import Customer, CustomerTag, Tag

__all__ = [
    "BookMail",
    "Channel",
    "ConsentEvent",
    "ConsentWording",
    "Contact",
    "Customer",
    "CustomerTag",
    "DoNotContact",
    "OptIn",
    "SignedForm",
    "Tag",
]
