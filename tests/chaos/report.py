"""What the day is told as: faults by kind, promises with their counts, the longest waits."""

import pickle
from collections import Counter
from pathlib import Path

from tests.chaos.judging import Verdict
from tests.chaos.ledger import Ledger

MOST_TOLD = 12


def table(conductor, ledger: Ledger, verdicts: list[Verdict], seed: int, seconds: float) -> str:
    """The whole report as text."""
    lines = ["", "Faults given"]
    faults = conductor.faults()
    lines += [f"  {number:6,}  {kind}" for kind, number in sorted(faults.items())]
    lines += [f"  {sum(faults.values()):6,}  in all", "", "What people did"]
    did = Counter(conductor.deeds.counts)
    did["connections made again"] = conductor.owner.reconnected
    for desk in conductor.desks:
        did += desk.did
    lines += [f"  {number:6,}  {what}" for what, number in sorted(did.items())]
    lines += ["", "What came of it"]
    lines += [f"  {number:6,}  {what}" for what, number in _outcome(ledger)]
    lines += ["", "Rows that ended dead, by cause"]
    lines += [f"  {number:6,}  {cause}" for cause, number in _dead(ledger)] or ["       0"]
    lines += ["", "Promises"]
    for verdict in verdicts:
        mark = "BROKEN" if verdict.breaches else "    ok"
        lines.append(
            f"  {mark}  {verdict.checked:6,} checked, {len(verdict.breaches)} broken: "
            f"{verdict.promise}"
        )
        lines += [f"          - {one}" for one in verdict.breaches[:MOST_TOLD]]
    watch = conductor.watch
    lines += [
        "",
        "Waits (seconds of the machine's clock)",
        f"  {watch.waited.seconds:6.1f}  longest that a due row waited: {watch.waited.what}",
        f"  {watch.held.seconds:6.1f}  longest in a worker's hands: {watch.held.what}",
        f"  {watch.silent.seconds:6.1f}  longest between two runs of a due job: "
        f"{watch.silent.what}",
        f"  {watch.most_waiting:6,}  most rows due at once; {watch.looks} looks,"
        f" {watch.blind} while the database was away",
        f"  {conductor.rested_after:6.1f}  until everything was at rest",
        "",
        f"seed {seed}, {seconds:.0f} s in all",
    ]
    broken = sum(len(verdict.breaches) for verdict in verdicts)
    lines.append("nothing broken" if not broken else f"{broken} breaches")
    return "\n".join(lines)


def keep(folder: Path, ledger: Ledger, verdicts: list[Verdict]) -> None:
    """Every breach, and the ledger itself, for whoever looks for the cause."""
    with open(folder / "report.txt", "w") as out:
        for verdict in verdicts:
            out.write(f"{verdict.promise}: {verdict.checked} checked\n")
            out.writelines(f"  {one}\n" for one in verdict.breaches)
    (folder / "ledger.pickle").write_bytes(pickle.dumps(ledger))


def _outcome(ledger: Ledger):
    states = Counter(charge.state for charge in ledger.charges)
    yield "texts at the carrier", len(ledger.texts)
    yield "mails to customers", len(ledger.letters)
    for state, number in sorted(states.items()):
        yield f"payments at Stripe {state}", number
    yield "payments in the books", len(ledger.payments)
    for what in ("effect", "event"):
        for state, number in sorted(
            Counter(row.state for row in ledger.rows if row.what.startswith(what)).items()
        ):
            yield f"{what}s {state}", number


def _dead(ledger: Ledger):
    causes = Counter(f"{row.kind}: {row.cause[:90]}" for row in ledger.rows if row.state == "dead")
    return [(cause, number) for cause, number in causes.most_common(20)]
