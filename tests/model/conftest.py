import pytest

from tests.model import promises
from tests.model.building import build
from tests.model.world import World


@pytest.fixture
def world(db, settings):
    """The stage, built; effects run in this very thread."""
    settings.OUTBOX_THREADS = 1
    made = World()
    made.wire.on_text = lambda account, text: promises.text_left(made, account, text)
    made.wire.on_mail = lambda letter: promises.letter_left(made, letter)
    with made.wire.plugged_in():
        build(made)
    return made
