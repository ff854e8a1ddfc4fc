"""The promises, each judged from the ledger alone: the cases looked at, and which broke it."""

# isort: off - in the order of the report.
from tests.chaos.judges import access, day, messages, money, rows
from tests.chaos.judging import JUDGES, Verdict
from tests.chaos.ledger import Ledger

# isort: on

__all__ = ["JUDGES", "access", "day", "judge_all", "messages", "money", "rows"]


def judge_all(ledger: Ledger) -> list[Verdict]:
    return [one(ledger) for one in JUDGES]
