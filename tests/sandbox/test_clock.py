from datetime import UTC, datetime, timedelta

import pytest

from arbook.sandbox import clock


@pytest.fixture(autouse=True)
def own_clock(tmp_path):
    clock.use(tmp_path / "data" / "clock.json")
    yield
    clock.use(None)


def test_without_a_file_the_clock_is_real_time():
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1


def test_the_clock_moves_and_comes_back():
    clock.move(timedelta(days=7))
    clock.move(timedelta(hours=1))
    ahead = clock.now() - datetime.now(UTC)

    clock.reset()

    assert abs(ahead.total_seconds() - (7 * 86400 + 3600)) < 1
    assert clock.offset() == 0


def test_another_process_moving_the_clock_is_seen_at_once():
    clock.move_to(datetime(2027, 1, 4, 9, tzinfo=UTC))

    clock.path().write_text('{"offset": -60}')

    assert clock.offset() == -60
