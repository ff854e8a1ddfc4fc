import pytest

from tests.messaging.desk import Desk


@pytest.fixture
def desk(sandbox, transactional_db, settings) -> Desk:
    """A company in review mode; effects run in this very thread."""
    settings.OUTBOX_THREADS = 1
    return Desk(sandbox)
