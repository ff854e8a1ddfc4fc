"""The machine finds what is deliberately broken, within a minute."""

import os

import pytest

from tests.model.broken import GATES
from tests.model.hunt import hunt

# Found in seconds; `make model` looks for all, each within a minute, and makes its story short.
QUICK = ("consent", "approval")
LONG = bool(os.environ.get("MODEL_SECONDS"))


@pytest.mark.parametrize("name", GATES if LONG else QUICK)
def test_a_broken_gate_is_found(world, monkeypatch, name):
    broken = GATES[name]
    broken.do(monkeypatch)

    seen = hunt(world, seconds=60, steps=15, shrink_for=30 if LONG else 0, number=7, settling=False)

    print(f"\n{broken.said}: {seen}")
    assert seen.found, f"Nobody noticed that {broken.said}: {seen}"
    assert f"promise {broken.promise}" in seen.found.trouble
