"""Why a person should look at a proposal before it leaves."""

from arbook.companies.models import Company
from customers.models import Contact, Customer
from messaging.checks.answer import WAIT
from messaging.drafting import Draft

OVER_LIMIT, AMOUNT_CHANGED = "over_limit", "amount_changed"
FIRST_CONTACT, VIP_NEARBY, NORMAL = "first_contact", "vip_nearby", "normal"


def of(draft: Draft, near_vip: set[int]) -> str:
    """The first reason that holds; a changed amount is known only to whoever changes it."""
    if draft.verdict.of("limit").result == WAIT:
        return OVER_LIMIT
    if not draft.facts.was_texted and not draft.facts.was_mailed:
        return FIRST_CONTACT
    return VIP_NEARBY if draft.facts.customer_id in near_vip else NORMAL


def near_vip(company: Company, drafts: dict[int, Draft]) -> set[int]:
    """Customers who share an address or a family with one whom nobody may remind."""
    silent = Customer.objects.of(company).do_not_dun()
    families = set(silent.values_list("quickbooks_id", "parent_quickbooks_id"))
    if not families:
        return set()
    rows = Contact.objects.filter(customer__in=silent).exclude(address="")
    addresses = set(rows.values_list("address", flat=True))
    heads = {parent or own for own, parent in families}
    own = Customer.objects.filter(pk__in=list(drafts)).values_list(
        "pk", "quickbooks_id", "parent_quickbooks_id"
    )
    related = {pk for pk, key, parent in own if (parent or key) in heads}
    return related | {
        pk for pk, draft in drafts.items() if draft.wanted and draft.wanted.address in addresses
    }
