from datetime import UTC, datetime

import pytest

from arbook.sandbox import clock as movable
from tests.messaging.post import office

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def post(live, sandbox):
    movable.move_to(NOON)
    return office(sandbox)
