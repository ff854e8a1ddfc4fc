"""Whether this customer may be asked: still there, not tagged, owing, unanswered, not too often."""

from messaging import budget
from messaging.checks.answer import Case, Check, Concern

ACTIVE = Concern("customer", "Customer is active", "QuickBooks")
DO_NOT_DUN = Concern("do_not_dun", "May be reminded", "tags")
NET_BALANCE = Concern("net_balance", "Owes more than their credit", "QuickBooks")
REPLY = Concern("reply", "No reply waits for an answer", "inbox")
BUDGET = Concern("budget", "Within the contact budget", "messages and calls")


def active(case: Case) -> Check:
    facts = case.facts
    if facts.is_gone:
        said = f"{facts.name} is no longer in the books."
        return ACTIVE.stops("deleted", said, facts.customer_read_at)
    if not facts.is_active:
        said = f"{facts.name} is inactive in QuickBooks."
        return ACTIVE.stops("inactive", said, facts.customer_read_at)
    return ACTIVE.passes("active", f"{facts.name} is active.", facts.customer_read_at)


def do_not_dun(case: Case) -> Check:
    tag = case.facts.silent_tag
    if tag:
        said = f"{case.facts.name} is tagged {tag}: nobody reminds them."
        return DO_NOT_DUN.stops(tag, said)
    return DO_NOT_DUN.passes("no tag", "No tag keeps them silent.")


def net_balance(case: Case) -> Check:
    if not case.left:
        return NET_BALANCE.moot()
    facts = case.facts
    rest, read_at = case.words(facts.net_balance), facts.company.books_read_at
    if facts.net_balance <= 0:
        said = (
            f"Credit of {case.words(facts.credit)} covers everything that is open; "
            "apply it in QuickBooks."
        )
        return NET_BALANCE.stops(rest, said, read_at)
    return NET_BALANCE.passes(rest, f"{rest} remain after credit.", read_at)


def reply(case: Case) -> Check:
    since = case.facts.reply_since
    if since:
        said = f"{case.facts.name} wrote on {case.when(since)} and waits for an answer."
        return REPLY.stops("waiting", said, since)
    return REPLY.passes("none", "No reply is unanswered.")


def contact_budget(case: Case) -> Check:
    facts = case.facts
    used = budget.standing(
        facts.touches, now=facts.now, zone=facts.company.zone, per_week=facts.company.per_week
    )
    value = f"{used.week} of {used.per_week} this week"
    if used.allows:
        return BUDGET.passes(value, f"Contacted {value}.")
    again = case.when(used.until)
    if used.today:
        said = f"{facts.name} was already contacted today; the next contact may be on {again}."
    else:
        said = f"{facts.name} had {used.week} contacts in seven days; the next may be on {again}."
    return BUDGET.stops(value, said, until=used.until)
