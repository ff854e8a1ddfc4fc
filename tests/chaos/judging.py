"""How a promise is judged: the cases that were looked at, and which broke it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.chaos.ledger import Ledger


@dataclass(frozen=True)
class Verdict:
    """One promise: cases looked at, and every breach in a sentence."""

    promise: str
    checked: int
    breaches: tuple[str, ...]


Judge = Callable[[Ledger], Verdict]

JUDGES: list[Judge] = []


def judge(promise: str):
    """Register a generator of (case, breach or None) as the judge of one promise."""

    def register(cases: Callable[[Ledger], Iterable[str | None]]) -> Judge:
        def judged(ledger: Ledger) -> Verdict:
            found = list(cases(ledger))
            breaches = tuple(one for one in found if one)
            # A promise of which the day held no case was not shown to hold.
            return Verdict(promise, len(found), breaches if found else ("nothing was checked",))

        JUDGES.append(judged)
        judged.__name__ = cases.__name__
        return judged

    return register
