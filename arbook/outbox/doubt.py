"""Effects of which nobody knows whether they happened: the vendor is asked, nothing is repeated."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

from arbook.audit import log
from arbook.gateways import errors
from arbook.heartbeat import keeping
from arbook.outbox import outcomes, turns
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Kind, StillUnknown

logger = logging.getLogger(__name__)

State = Effect.State
# How many are asked about in one go, and how many of one company at most.
MOST, SHARE = 40, 20

# The longest waiting of each company first, then the second ones.
_IN_DOUBT = """
SELECT effect.* FROM outbox_effect AS effect JOIN (
    SELECT id, row_number() OVER (PARTITION BY company_id ORDER BY not_before, id) AS place
    FROM outbox_effect
    WHERE state = 'unsure' AND kind = ANY(%(kinds)s) AND not_before <= %(now)s
) AS line USING (id)
WHERE line.place <= %(share)s ORDER BY line.place, effect.id LIMIT %(most)s
"""


def settle_unsure(
    kinds: Iterable[Kind],
    *,
    now: Callable[[], datetime],
    pulse: Callable[[float], None] | None = None,
    stopping: Callable[[], bool] = turns.never,
) -> Counter:
    """Ask the vendor what became of effects in doubt."""
    names = [kind.name for kind in kinds if kind.resolve]
    if not names:
        return Counter()
    at = {"kinds": names, "now": now(), "share": SHARE, "most": MOST}
    doubtful = list(Effect.objects.raw(_IN_DOUBT, at))
    if not doubtful:
        return Counter()

    def keep() -> None:
        if pulse:
            pulse(keeping.SECONDS)

    keep()
    longest = max(KINDS[effect.kind].lease_seconds for effect in doubtful)
    with keeping.Keeper(keep, longest=longest) as keeper:

        def work(share: list[Effect]) -> Counter:
            outcome: Counter = Counter()
            turn = turns.Turn(keeper, stopping)
            for effect in share:
                if not turn.may_begin():
                    break
                if state := _settle(KINDS[effect.kind], effect, now):
                    outcome[state] += 1
            return outcome

        return turns.serve(turns.by_company(doubtful), work)


def _settle(kind: Kind, effect: Effect, now: Callable[[], datetime]) -> str | None:
    """Ask about one effect; None when somebody else just does."""
    attempt = effect.attempts
    # The attempt number is the fence: a second drain asking at the same time changes nothing.
    if not Effect.objects.filter(pk=effect.pk, state=State.UNSURE, attempts=attempt).update(
        attempts=attempt + 1, not_before=now() + outcomes.backoff(attempt + 1)
    ):
        return None
    effect.attempts = attempt + 1
    with log.because(effect.cause_id):
        try:
            result = kind.resolve(effect, now())
        except (errors.Resting, errors.Disconnected) as trouble:
            # Nobody was asked: it costs no attempt.
            wait = outcomes.pause_of(trouble, effect.attempts)
            outcomes.settle(effect, now(), attempts=attempt, not_before=now() + wait)
            return State.UNSURE
        except Exception as trouble:
            if not isinstance(trouble, StillUnknown | errors.VendorError):
                logger.error("effect %s %s cannot be asked", kind.name, effect.pk, exc_info=trouble)
            if effect.attempts >= kind.max_attempts and not outcomes.may_heal(trouble):
                return outcomes.die(kind, effect, trouble, now())
            return State.UNSURE
        if result is None:
            outcomes.settle(effect, now(), state=State.PENDING, not_before=now())
            return State.PENDING
        return outcomes.finish(kind, effect, result, now())
