"""The product deliberately broken, one promise at a time, to see that the machine finds it.

This is the one place where something of ours is replaced.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from messaging import approving, gate, lastlook, quiet_hours
from messaging.checks import customer, pauses
from messaging.checks.answer import Check
from messaging.facts import invoices as invoice_facts
from messaging.facts import reach as reach_facts


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
                left = list(case.left)
                found = ask(case)
                case.left = left
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
    always = quiet_hours.HoursPolicy(
        opens=time(0, 1),
        closes=time(23, 59),
        weekdays=tuple(range(7)),
        weekend_opens=time(0, 1),
        weekend_closes=time(23, 59),
        open_on_federal_holidays=True,
        follows_state_hours=False,
    )
    patch.setattr(quiet_hours, "policy_of", lambda *rest: always)


def _does_not_hear(patch) -> None:
    _without(pauses.on_customer, customer.reply)(patch)


def _approves_by_itself(patch) -> None:
    patch.setattr(approving, "machine_may", lambda *rest, **more: True)


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
