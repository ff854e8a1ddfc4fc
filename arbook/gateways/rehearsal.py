"""Rehearsing an act: vendors may be asked, never told.

A rehearsed act runs inside a transaction that is undone, and no transaction waits for a vendor. So
the act is broken off at the first question whose answer is not on its tape; the question is asked
in the open, where a renewed token is kept like any other; and the act is begun anew with one answer
more. Whatever would write at a vendor breaks the rehearsal off for good.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any

from arbook.gateways.errors import VendorError

_tape: ContextVar["Tape | None"] = ContextVar("rehearsal", default=None)


class NotOnTape(BaseException):
    """The act asks something new. No error of the act's own, so nothing in it may catch this."""

    def __init__(self, ask: Callable[[], Any]):
        super().__init__("A question whose answer is not known yet.")
        self.ask = ask


class WouldWrite(BaseException):
    """The act would change something at a vendor."""

    def __init__(self, vendor: str):
        super().__init__(f"It would change something at {vendor} at once.")
        self.vendor = vendor


class Tape:
    """What vendors answered, in the order of the questions."""

    def __init__(self) -> None:
        self._answers: list[Any] = []
        self._at = 0
        self.is_listening = False

    @contextmanager
    def playing(self) -> Iterator[None]:
        """From the first answer on: every vendor call inside is answered by the tape."""
        self._at = 0
        token = _tape.set(self)
        try:
            yield
        finally:
            _tape.reset(token)

    def listen(self, ask: Callable[[], Any]) -> None:
        """Ask the vendor, outside any transaction; an error is an answer, too."""
        token = _tape.set(self)
        self.is_listening = True
        try:
            answer = ask()
        except VendorError as error:
            answer = error
        finally:
            self.is_listening = False
            _tape.reset(token)
        self._answers.append(answer)

    def answer(self, ask: Callable[[], Any]) -> Any:
        if self._at == len(self._answers):
            raise NotOnTape(ask)
        answer = self._answers[self._at]
        self._at += 1
        if isinstance(answer, VendorError):
            raise answer.with_traceback(None)
        return answer


def rehearsed(call):
    """Marks the one method of a gateway that every call goes through."""

    @wraps(call)
    def guarded(*args, **kwargs):
        tape = _tape.get()
        if tape is None or tape.is_listening:
            return call(*args, **kwargs)
        return tape.answer(partial(call, *args, **kwargs))

    return guarded


def judge(vendor: str, *, writes: bool) -> None:
    """Called before anything goes out on the wire: raises WouldWrite in a rehearsal."""
    if writes and _tape.get() is not None:
        raise WouldWrite(vendor)


def is_on() -> bool:
    """Whether the work at hand is only rehearsed."""
    return _tape.get() is not None
