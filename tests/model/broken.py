"""The product deliberately broken, one promise at a time, to see that the machine finds it.

This is the one place where something of ours is replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from messaging import gate, lastlook, proposals, quiet_hours
from messaging.checks import company, customer, pauses
from messaging.checks.answer import Check
from messaging.facts import invoices as invoice_facts
from messaging.facts import reach as reach_facts
from reconciliation import posting


@dataclass(frozen=True)
class Break:
    """What is broken, and which promise it breaks."""

    promise: int
    said: str
    do: Callable


def _without(*asked) -> Callable:
    """These checks of the gate always pass."""

    def do(patch) -> None:
        def asks(ask):
            if ask not in asked:
                return ask

            def passes(case) -> Check:
                found = ask(case)
                return Check(found.check, found.name, "pass", "", "Broken on purpose.")

            return passes

        patch.setattr(gate, "CHECKS", tuple(asks(ask) for ask in gate.CHECKS))

    return do


def _asks_no_ledger(patch) -> None:
    real = reach_facts.best

    def best(*rest):
        found = real(*rest)
        return {pk: replace(one, consent="given") for pk, one in found.items()}

    patch.setattr(reach_facts, "best", best)


def _sees_no_books(patch) -> None:
    patch.setattr(invoice_facts, "_from_books", lambda fact, *rest: fact)
    patch.setattr(lastlook, "_update_mirror", lambda *rest: None)


def _knows_no_disputes(patch) -> None:
    patch.setattr(invoice_facts, "_disputed", lambda *rest: {})
    _without(pauses.on_invoice)(patch)


def _never_sleeps(patch) -> None:
    patch.setattr(quiet_hours, "_local_hours", lambda *rest: (time(0), time(23, 59)))


def _does_not_hear(patch) -> None:
    _without(pauses.on_customer, customer.reply)(patch)


def _approves_by_itself(patch) -> None:
    patch.setattr(proposals.Run, "_machine_may_approve", lambda *rest: True)


def _does_not_stop(patch) -> None:
    from arbook.companies import stops

    _without(company.sending)(patch)
    for name in ("of", "find", "current", "standing"):
        if hasattr(stops, name):
            patch.setattr(stops, name, lambda *rest, **more: None)


def _posts_anew(patch) -> None:
    turns = iter(range(10**6))
    real = posting.request_id
    patch.setattr(
        posting, "request_id", lambda payment, *, turn: real(payment, turn=1000 + next(turns))
    )


GATES = {
    "consent": Break(2, "the consent ledger is not asked", _asks_no_ledger),
    "budget": Break(4, "nobody counts contacts", _without(customer.contact_budget)),
    "vip": Break(3, "tags are not looked at", _without(customer.do_not_dun)),
    "replies": Break(3, "nobody waits for an answer", _does_not_hear),
    "disputes": Break(3, "disputed parts are asked for", _knows_no_disputes),
    "hours": Break(2, "any hour is decent", _never_sleeps),
    "books": Break(1, "the last look does not look", _sees_no_books),
    "approval": Break(5, "the machine approves by itself", _approves_by_itself),
}
