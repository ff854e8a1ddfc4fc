"""Looking for a story that breaks a promise: for so long, from this seed, shortest story kept."""

import logging
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Desk
from tests.model.world import World


class TimeIsUp(BaseException):
    """The hunt has had its time."""


@dataclass
class Found:
    """The shortest story that was found, and what it broke."""

    story: list[str]
    trouble: str
    seconds: float
    """Until it was found the first time."""

    def __str__(self) -> str:
        steps = "\n".join(f"{number:3}. {line}" for number, line in enumerate(self.story, 1))
        return (
            f"found after {self.seconds:.1f} s, {len(self.story)} steps:\n{steps}\n{self.trouble}"
        )


@dataclass
class Hunted:
    """What one hunt saw."""

    examples: int = 0
    steps: int = 0
    seconds: float = 0.0
    # What happened in all stories together: rules played, messages that left, money posted.
    counts: Counter = field(default_factory=Counter)
    found: Found | None = None

    @property
    def said(self) -> str:
        return ", ".join(f"{number} {name}" for name, number in self.counts.most_common())

    def __str__(self) -> str:
        pace = self.steps / self.seconds if self.seconds else 0
        return (
            f"{self.examples} stories, {self.steps} steps in {self.seconds:.1f} s"
            f" ({pace:.0f} a second)\n{self.said}" + (f"\n{self.found}" if self.found else "")
        )


def hunt(
    world: World,
    *,
    examples: int = 100_000,
    steps: int = 30,
    seconds: float = 600.0,
    shrink_for: float = 0.0,
    number: int = 0,
    settling: bool = True,
) -> Hunted:
    """Play stories until one breaks a promise, the number of examples is reached or time is up.

    ``number`` is the seed. With ``shrink_for`` a found story is made shorter for so many seconds.
    """
    started = time.monotonic()
    seen = Hunted()
    deadline = started + seconds

    class Watched(Desk):
        """Keeps what it sees of stories that fail."""

        def __init__(self) -> None:
            if time.monotonic() > deadline:
                raise TimeIsUp
            super().__init__()
            seen.examples += 1

        def tell(self, said: str) -> None:
            super().tell(said)
            seen.steps += 1

        def teardown(self) -> None:
            try:
                super().teardown()
                seen.counts.update(self.happened())
            except Exception as trouble:
                keep(self, trouble)
                raise

        @contextmanager
        def does(self, said: str):
            try:
                with super().does(said):
                    yield
            except Exception as trouble:
                keep(self, trouble)
                raise

    def keep(one: Desk, trouble: Exception) -> None:
        nonlocal deadline
        first = seen.found is None
        at = time.monotonic() - started
        if first:
            deadline = min(deadline, time.monotonic() + shrink_for)
        if first or len(one.story) < len(seen.found.story):
            said = f"{type(trouble).__name__}: {trouble}"
            seen.found = Found(list(one.story), said, at if first else seen.found.seconds)

    Watched.world, Watched.settling = world, settling
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink_for else [Phase.generate],
    )
    with _quietly():
        try:
            run_state_machine_as_test(seed(number)(Watched), settings=how)
        except TimeIsUp:
            pass
        except HypothesisException:
            # Ended in the middle of a story: that looks to it like a story that changed its mind.
            if time.monotonic() < deadline:
                raise
        except Exception:
            if seen.found is None:
                raise
    seen.seconds = time.monotonic() - started
    return seen


@contextmanager
def _quietly():
    """The product's own log speaks of every fault that is given; here they are a thousand."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
