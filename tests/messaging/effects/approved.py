"""Messages that a person approved, their undo time over."""

from messaging.models import Message


def approved(desk, *args, **fields) -> Message:
    message = desk.ready(*args, **fields)
    desk.approve(message)
    desk.pass_undo()
    return message
