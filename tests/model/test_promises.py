"""The nine promises hold in whatever story; `make model` looks for longer."""

import os
import random

from tests.model.hunt import hunt

SECONDS = float(os.environ.get("MODEL_SECONDS", "0"))


def test_any_story_keeps_the_nine_promises(world):
    if SECONDS:
        number = int(os.environ.get("MODEL_SEED") or random.SystemRandom().randrange(2**32))
        print(f"seed {number}: repeat with MODEL_SEED={number}")
        seen = hunt(world, seconds=SECONDS, steps=50, shrink_for=60, number=number)
    else:
        seen = hunt(world, examples=20, steps=30, shrink_for=30, number=20261120)

    print(seen)
    assert seen.found is None, str(seen)
