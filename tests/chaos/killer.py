"""What happens to processes: each kind killed, groups asked to end, the database restarted.

The order is drawn from the seed; which process of a kind is hit is whoever runs at that moment.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from tests.chaos.tree import Seen, Tree, kill
from tests.chaos.world import World

KILLED = {
    "drain": 16,
    "web worker": 10,
    "web master": 3,
    "q2 main": 1,
    "q2 worker idle": 2,
    "q2 worker busy": 1,
    "monitor": 1,
    "pusher": 1,
    "sentinel": 1,
    "supervisor": 1,
}
"""SIGKILLs in a day of six minutes."""
ENDED = {"drain": 3, "web master": 2, "q2 main": 1}
"""SIGTERMs to a whole group, as a service manager sends them."""
DATABASE = {"postgres killed": 2, "postgres restarted": 2}
OFTEN_ENOUGH = 30.0
"""Seconds between blows to django-q2's parts, and to the database, so that each finds it whole."""


class Killer:
    """Deals the blows of its plan, spread over the day."""

    def __init__(self, world: World, seed: int, *, say: Callable[[str], None]):
        self.world = world
        self.tree = Tree(world.house_log)
        self.dealt: Counter[str] = Counter()
        self._say = say
        self._rng = random.Random(f"killer {seed}")
        self._hit_at: dict[str, float] = {}

    def plan(self, seconds: float) -> list[tuple[float, str]]:
        """When which blow shall fall, in order."""
        share = seconds / 360
        acts: list[str] = []
        for prefix, table in (("SIGKILL ", KILLED), ("SIGTERM group of ", ENDED), ("", DATABASE)):
            for kind, times in table.items():
                acts += [prefix + kind] * max(1, round(times * share))
        self._rng.shuffle(acts)
        slot = seconds * 0.94 / len(acts)
        return [
            (seconds * 0.03 + (at + self._rng.random()) * slot, act) for at, act in enumerate(acts)
        ]

    def run(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Follow the plan; what finds nobody to hit is tried again a little later."""
        began, waiting = time.monotonic(), self.plan(seconds)
        while not is_over() and waiting:
            passed = time.monotonic() - began
            due = [one for one in waiting if one[0] <= passed]
            for one in due:
                if self.deal(one[1]):
                    waiting.remove(one)
                    break
            time.sleep(0.1 if due else 0.3)

    def deal(self, act: str) -> bool:
        """Deal one blow; False when nobody of that kind runs right now."""
        if act.startswith("postgres"):
            dealt = self._database(act)
        elif act.startswith("SIGTERM"):
            dealt = self._end_group(act.removeprefix("SIGTERM group of "))
        else:
            dealt = self._kill(act.removeprefix("SIGKILL "))
        if dealt:
            self.dealt[act] += 1
            self._say(act)
        return dealt

    def missing(self) -> list[str]:
        """The kinds of blow that never fell."""
        wanted = [f"SIGKILL {kind}" for kind in KILLED]
        wanted += [f"SIGTERM group of {kind}" for kind in ENDED]
        return [act for act in [*wanted, *DATABASE] if not self.dealt[act]]

    def seen(self) -> list[Seen]:
        house = self.world.house
        return self.tree.look(house.pid) if house and house.poll() is None else []

    def leaders(self) -> list[Seen]:
        """The main process of each part, as a deploy restarts them."""
        return [one for one in self.seen() if one.kind in ("web master", "drain", "q2 main")]

    def _kill(self, kind: str) -> bool:
        found = [one for one in self.seen() if one.kind == kind]
        if not found or not self._may_hit(kind):
            return False
        return kill(self._rng.choice(found).pid, signal.SIGKILL)

    def _end_group(self, kind: str) -> bool:
        found = [one for one in self.seen() if one.kind == kind]
        if not found or not self._may_hit(kind):
            return False
        return kill(self._rng.choice(found).group, signal.SIGTERM, group=True)

    def _may_hit(self, kind: str) -> bool:
        if kind in DATABASE:
            family = "database"
        elif kind.startswith("q2") or kind in ("monitor", "pusher", "sentinel"):
            family = "q2"
        else:
            return True
        now = time.monotonic()
        if now - self._hit_at.get(family, -OFTEN_ENOUGH) < OFTEN_ENOUGH:
            return False
        self._hit_at[family] = now
        return True

    def _database(self, act: str) -> bool:
        number = signal.SIGKILL if act == "postgres killed" else signal.SIGINT
        postmaster = self.world.postmaster()
        return bool(postmaster) and self._may_hit(act) and kill(postmaster, number)
