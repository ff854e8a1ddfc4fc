"""Nobody in, nobody out: sessions, secrets and the record."""

from tests.chaos.judging import judge
from tests.chaos.ledger import Ledger


@judge("sessions outlive the change of keys")
def sessions_hold(ledger: Ledger):
    for who, holds in ledger.sessions:
        yield None if holds else f"{who} had to sign in again"


@judge("stored secrets are readable under the newest key alone")
def secrets_readable(ledger: Ledger):
    for what, is_readable in ledger.secrets:
        yield None if is_readable else f"{what} cannot be read any more"


@judge("the audit's chain verifies")
def chain_verifies(ledger: Ledger):
    yield ledger.chain or None
