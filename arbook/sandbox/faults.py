"""What the vendors do wrong on purpose, and the count of every call.

A rule names a vendor, an operation (`query`, `payment.create`, `messages.*`, or `*`), a kind and
how often it strikes (`times`, or until cleared; with `chance` only so often out of 1). Kinds for
calls:

  429          throttled, with `Retry-After: retry_after` when that is set
  500          the vendor's own server error; with `sticky` Stripe replays it for the same key
  html502      a gateway's HTML page instead of JSON
  hang         hold the line `seconds`, store nothing, close without an answer
  slow         store, answer after `seconds`
  drop_before  close without an answer, nothing stored
  drop_after   store, close without an answer
  fault200     status 200 with a Fault inside (QuickBooks)
  revoked      credentials refused

and for deliveries (operation `webhook`): doubled (`copies`), shuffled and delayed (`seconds`),
dropped.
For mail (operation `send`): `refuse` (550), `tempfail` (451), `drop_after`, `hang`.
"""

import random
import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatch

CALL_KINDS = (
    "429",
    "500",
    "html502",
    "hang",
    "slow",
    "drop_before",
    "drop_after",
    "fault200",
    "revoked",
)
WEBHOOK_KINDS = ("doubled", "shuffled", "delayed", "dropped")
MAIL_KINDS = ("refuse", "tempfail")
BEFORE = {"429", "500", "html502", "hang", "drop_before", "fault200", "revoked"}


@dataclass
class Fault:
    id: int
    vendor: str
    kind: str
    operation: str = "*"
    account: str = ""
    times: int | None = None
    chance: float = 1.0
    skip: int = 0
    seconds: float = 1.0
    retry_after: int | None = None
    copies: int = 2
    sticky: bool = False
    struck: int = 0

    def fits(self, vendor: str, operation: str, account: str) -> bool:
        return (
            vendor == self.vendor
            and matches(operation, self.operation)
            and (not self.account or self.account == account)
        )


@dataclass
class Logged:
    """One call in the request log: where it went and how it ended, never what it carried."""

    at: datetime
    vendor: str
    operation: str
    account: str
    method: str
    path: str
    status: int
    milliseconds: float
    fault: str = ""
    detail: str = ""


def matches(operation: str, pattern: str) -> bool:
    """`payment` covers `payment.create`; shell patterns work too."""
    return operation.startswith(pattern + ".") or fnmatch(operation, pattern)


class Faults:
    """The rules now in force, the counts, and the log. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._counts: Counter[tuple[str, str]] = Counter()
        self._given: Counter[tuple[str, str]] = Counter()
        self._next = 1
        self.turn = 0
        self.log: deque[Logged] = deque(maxlen=3000)

    def add(self, vendor: str, operation: str = "*", kind: str = "500", **options) -> Fault:
        """Put a rule in force; see the module for kinds and `Fault` for options."""
        if kind not in CALL_KINDS + WEBHOOK_KINDS + MAIL_KINDS:
            raise ValueError(f"unknown kind of fault: {kind}")
        if kind in WEBHOOK_KINDS and operation == "*":
            operation = "webhook"
        with self._lock:
            rule = Fault(self._next, vendor, kind, operation, **options)
            self._next += 1
            self._rules.append(rule)
        return rule

    def clear(self, fault_id: int | None = None, *, vendor: str | None = None) -> None:
        """Take back one rule, a vendor's rules, or all."""
        with self._lock:
            self._rules = [
                rule
                for rule in self._rules
                if (fault_id is not None and rule.id != fault_id)
                or (vendor is not None and rule.vendor != vendor)
            ]

    def active(self) -> list[Fault]:
        with self._lock:
            return list(self._rules)

    def strike(
        self, vendor: str, operation: str, account: str = "", kinds: tuple[str, ...] = CALL_KINDS
    ) -> Fault | None:
        """The rule that strikes this call, used up once; None when the vendor behaves."""
        with self._lock:
            for rule in self._rules:
                if rule.kind not in kinds or not rule.fits(vendor, operation, account):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                if rule.chance < 1 and random.random() >= rule.chance:
                    continue
                rule.struck += 1
                self._given[vendor, rule.kind] += 1
                if rule.times is not None and rule.struck >= rule.times:
                    self._rules.remove(rule)
                return rule
        return None

    def record(self, call: Logged, turn: int | None = None) -> None:
        """Count a call. One that began before the last `forget`, in an earlier ``turn``, is not."""
        with self._lock:
            if turn not in (None, self.turn):
                return
            self._counts[call.vendor, call.operation] += 1
            self.log.append(call)

    def count(self, vendor: str, operation: str = "*") -> int:
        """Calls seen since the last `forget`, over all operations that match."""
        with self._lock:
            return sum(
                number
                for (name, done), number in self._counts.items()
                if name == vendor and matches(done, operation)
            )

    def counts(self) -> dict[str, dict[str, int]]:
        with self._lock:
            result: dict[str, dict[str, int]] = {}
            for (vendor, operation), number in sorted(self._counts.items()):
                result.setdefault(vendor, {})[operation] = number
            return result

    def given(self) -> dict[str, dict[str, int]]:
        """How often each vendor misbehaved in which way since the last `forget`."""
        with self._lock:
            result: dict[str, dict[str, int]] = {}
            for (vendor, kind), number in sorted(self._given.items()):
                result.setdefault(vendor, {})[kind] = number
            return result

    def forget(self) -> None:
        """Counts back to zero and an empty log; rules stay."""
        with self._lock:
            self._counts.clear()
            self._given.clear()
            self.log.clear()
            self.turn += 1

    def as_list(self) -> list[dict]:
        return [asdict(rule) for rule in self.active()]
