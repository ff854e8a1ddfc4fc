"""The day itself: enough happened to it."""

from tests.chaos.judging import judge
from tests.chaos.ledger import Ledger

LEAST_FAULTS = 2000


@judge("every kind of blow fell")
def every_kind_hit(ledger: Ledger):
    yield f"never given: {', '.join(ledger.never_hit)}" if ledger.never_hit else None


@judge(f"at least {LEAST_FAULTS:,} faults were given")
def enough_faults(ledger: Ledger):
    yield f"only {ledger.faults}" if ledger.faults < LEAST_FAULTS else None
