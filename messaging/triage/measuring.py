"""How well labelled replies are read: the figures that triage is held to."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from messaging.triage.lines import Reply, as_amount, written

LABELS = ("intent", "opt_out", "must_pause")


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def rate(self) -> float:
        return self.part / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.part}/{self.of} = {self.rate:.3f}" if self.of else "none labelled"


@dataclass(frozen=True)
class Figures:
    """What was measured over some replies."""

    replies: int
    accuracy: Share
    macro_f1: float
    opt_outs_found: Share
    opt_outs_false: Share
    pauses_found: Share
    paused_needlessly: Share
    dates: Share
    dates_made_up: Share
    amounts: Share
    invoices: Share
    f1: dict[str, float]


def pairs_of(replies: Iterable[Reply]) -> list[tuple[dict, dict]]:
    """The labels of each reply beside its reading."""
    return [(reply.row, written(reply, reply.read())) for reply in replies]


def figures(pairs: list[tuple[dict, dict]]) -> Figures:
    def share(part: Callable[[dict, dict], bool], of: Callable[[dict, dict], bool]) -> Share:
        among = [pair for pair in pairs if of(*pair)]
        return Share(sum(part(*pair) for pair in among), len(among))

    f1 = _f1([(label["intent"], read["intent"]) for label, read in pairs])
    return Figures(
        replies=len(pairs),
        accuracy=share(lambda label, read: label["intent"] == read["intent"], lambda *_: True),
        macro_f1=sum(f1.values()) / len(f1) if f1 else 1.0,
        opt_outs_found=share(lambda _, read: read["opt_out"], lambda label, _: label["opt_out"]),
        opt_outs_false=share(
            lambda _, read: read["opt_out"], lambda label, _: not label["opt_out"]
        ),
        pauses_found=share(
            lambda _, read: read["must_pause"], lambda label, _: label["must_pause"]
        ),
        paused_needlessly=share(
            lambda _, read: read["must_pause"], lambda label, _: not label["must_pause"]
        ),
        dates=share(
            lambda label, read: label["promise_date"] == read["promise_date"],
            lambda label, _: bool(label.get("promise_date")),
        ),
        dates_made_up=share(
            lambda _, read: bool(read["promise_date"]),
            lambda label, _: not label.get("promise_date"),
        ),
        amounts=share(_same("promise_amount", as_amount), _either("promise_amount")),
        invoices=share(_same("invoice", _spelled), _either("invoice")),
        f1=f1,
    )


def speed(replies: list[Reply], *, seconds: float = 1.0) -> float:
    """Replies read a second on one core."""
    for reply in replies[:200]:
        reply.read()
    done, before = 0, time.process_time()
    while replies and time.process_time() - before < seconds:
        for reply in replies:
            reply.read()
        done += len(replies)
    return done / (time.process_time() - before) if done else 0.0


def _same(name: str, spelled) -> Callable[[dict, dict], bool]:
    return lambda label, read: spelled(label.get(name)) == spelled(read[name])


def _either(name: str) -> Callable[[dict, dict], bool]:
    return lambda label, read: bool(label.get(name) or read[name])


def _spelled(number: object) -> str:
    return "".join(each for each in str(number or "").lower() if each.isalnum())


def _f1(answers: list[tuple[str, str]]) -> dict[str, float]:
    """F1 of every intent that is labelled."""
    right = Counter(label for label, read in answers if label == read)
    labelled = Counter(label for label, _ in answers)
    read_as = Counter(read for _, read in answers)
    return {
        intent: 2 * right[intent] / (labelled[intent] + read_as[intent])
        for intent in sorted(labelled)
    }


def confusions(pairs: list[tuple[dict, dict]]) -> list[tuple[str, str, int]]:
    """(labelled, read as, how often), the most frequent first."""
    count = Counter((label["intent"], read["intent"]) for label, read in pairs)
    wrong = [(*names, number) for names, number in count.items() if names[0] != names[1]]
    return sorted(wrong, key=lambda each: (-each[2], each))


def report(replies: list[Reply], *, is_detailed: bool = True) -> str:
    """The figures of a labelled file as lines of text: together, by language, of the traps."""
    pairs = pairs_of(replies)
    parts = [_part("all replies", pairs)]
    for language in sorted({_language(label) for label, _ in pairs}):
        parts.append(_part(language, [pair for pair in pairs if _language(pair[0]) == language]))
    traps = [pair for pair in pairs if pair[0].get("trap")]
    if traps:
        parts.append(_part("traps", traps))
    if is_detailed:
        f1 = figures(pairs).f1
        parts.append("F1: " + ", ".join(f"{intent} {value:.2f}" for intent, value in f1.items()))
        most = [f"{label} as {read} {number}" for label, read, number in confusions(pairs)[:8]]
        if most:
            parts.append("read wrongly: " + ", ".join(most))
    parts.append(f"speed: {speed(replies):,.0f} replies a second")
    return "\n".join(parts)


def _language(label: dict) -> str:
    return str(label.get("language") or "en")


def _part(name: str, pairs: list[tuple[dict, dict]]) -> str:
    found = figures(pairs)
    false = found.opt_outs_false
    return "\n".join(
        [
            f"{name}: {found.replies} replies",
            f"  accuracy           {found.accuracy}",
            f"  macro-F1           {found.macro_f1:.3f}",
            f"  opt-outs found     {found.opt_outs_found}",
            f"  false opt-outs     {false.part}/{false.of} = {1000 * _rate(false):.1f} in 1,000",
            f"  pauses found       {found.pauses_found}",
            f"  paused needlessly  {found.paused_needlessly.part}/{found.paused_needlessly.of}"
            f" = {_rate(found.paused_needlessly):.3f}",
            f"  promise dates      {found.dates}; made up {found.dates_made_up.part}",
            f"  amounts            {found.amounts}",
            f"  invoice numbers    {found.invoices}",
        ]
    )


def _rate(share: Share) -> float:
    return share.part / share.of if share.of else 0.0


def labelled(reply: Reply) -> bool:
    """Whether a reply has the labels that figures need."""
    return all(name in reply.row for name in LABELS)
