"""Being inside: what the work at hand may see, and database sessions that agree with it.

What is allowed is a context variable, so it follows threads that are given a copy of the context
and pieces of an answer that are made after the view returned. Before each statement the session is
brought in line with it. How the session stands is not remembered here but asked of the server: with
the role goes a new ``application_name``, which PostgreSQL reports back by itself whenever it
changes, also when a rollback or a lost connection undoes it.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from django.db import Error, connections
from django.http import FileResponse
from psycopg.pq import TransactionStatus

ONE_COMPANY = "arbook_tenant"
SEVERAL_COMPANIES = "arbook_tenants"
SETTING = "arbook.companies"
# So many characters of a name PostgreSQL keeps.
LONGEST_NAME = 63

_SWITCH = (
    "SELECT set_config('role', %s, false), set_config('arbook.companies', %s, false),"
    " set_config('application_name', %s, false)"
)


class InsideAnother(Exception):
    """Whoever is inside some companies can go further in, never across."""


@dataclass(frozen=True)
class Place:
    """The companies whose rows may be seen."""

    companies: frozenset[int]

    @cached_property
    def setting(self) -> str:
        return ",".join(str(number) for number in sorted(self.companies))

    @cached_property
    def role(self) -> str:
        return ONE_COMPANY if len(self.companies) == 1 else SEVERAL_COMPANIES

    @cached_property
    def name(self) -> str:
        """What pg_stat_activity shows behind the session's own name."""
        if len(self.companies) == 1:
            return f"inside company {self.setting}"
        return f"inside companies {sha256(self.setting.encode()).hexdigest()[:32]}"


_place: ContextVar[Place | None] = ContextVar("wall_place", default=None)


@contextmanager
def inside(*companies) -> Iterator[None]:
    """See and write rows of these companies only (rows or their keys); of none, nothing at all.

    Raises InsideAnother when the surrounding place does not hold them.
    """
    place = Place(frozenset(getattr(one, "pk", one) for one in companies))
    around = _place.get()
    if around is not None and not place.companies <= around.companies:
        raise InsideAnother(f"From {around.name} nobody goes to {place.name}.")
    with _at(place):
        yield


@contextmanager
def outside() -> Iterator[None]:
    """Step out for what belongs to no company; say at the call why that is right."""
    with _at(None):
        yield


def around(company_id: int | None) -> contextlib.AbstractContextManager[None]:
    """Inside the company a row belongs to, outside for a row of none."""
    return outside() if company_id is None else inside(company_id)


@contextmanager
def _at(place: Place | None) -> Iterator[None]:
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)
        if _place.get() is None:
            # At once, so that sessions at rest are outside. A session that cannot take it (it was
            # lost, or its transaction failed) is brought in line before its next statement.
            with contextlib.suppress(Error):
                settle()


def settle() -> None:
    """Bring this thread's open sessions in line, before a statement that goes around Django."""
    for connection in connections.all(initialized_only=True):
        for wrapper in connection.execute_wrappers:
            if isinstance(wrapper, Doorkeeper):
                wrapper.settle()


def finished(answer):
    """The view's answer, so that what is still to be made of it is made where the view stood."""
    if hasattr(answer, "render") and not answer.is_rendered:
        answer.render()
    # A file is written already; a stream goes on asking the database after the view returned.
    if answer.streaming and not isinstance(answer, FileResponse):
        answer.streaming_content = _in_this_context(iter(answer.streaming_content))
    return answer


def _in_this_context(pieces: Iterator) -> Iterator:
    """The same pieces, each made in the context of this call."""
    context, end = copy_context(), object()

    def next_piece():
        try:
            return next(pieces, end)
        finally:
            # Between two pieces the session is at rest.
            with contextlib.suppress(Error):
                copy_context().run(_step_out)

    def all_pieces():
        try:
            while (piece := context.run(next_piece)) is not end:
                yield piece
        finally:
            if close := getattr(pieces, "close", None):
                context.run(close)

    return all_pieces()


def _step_out() -> None:
    _place.set(None)
    settle()


def guard(connection) -> None:
    """Keep the session of this connection in line; called whenever it connects."""
    if connection.vendor != "postgresql":
        return
    for wrapper in connection.execute_wrappers:
        if isinstance(wrapper, Doorkeeper):
            wrapper.look()
            return
    # First in the list: Django's execute_wrapper() takes the last one away again.
    connection.execute_wrappers.insert(0, Doorkeeper(connection))


class Doorkeeper:
    """Compares the session with the context before each statement of one connection."""

    def __init__(self, connection):
        self._connection = connection
        self._switching = False
        self.look()

    def look(self) -> None:
        """Remember how a fresh session calls itself."""
        self._own_name = self._said()

    def __call__(self, execute: Callable, sql, params, many: bool, context: dict):
        if not self._switching:
            self.settle()
        return execute(sql, params, many, context)

    def settle(self) -> None:
        session = self._connection.connection
        if session is None or session.closed:
            return
        place = _place.get()
        name = f"{self._own_name} {place.name}".strip() if place else self._own_name
        if len(name) > LONGEST_NAME:
            name = place.name if place else self._own_name
        if self._said() == name:
            return
        if session.info.transaction_status == TransactionStatus.INERROR:
            return  # takes nothing but a rollback, which also undoes what was set inside
        if place:
            values = [place.role, place.setting, name]
        else:
            role = self._connection.settings_dict["OPTIONS"].get("assume_role")
            values = [role or "none", "", name]
        self._switching = True
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_SWITCH, values)
        finally:
            self._switching = False

    def _said(self) -> str:
        return self._connection.connection.info.parameter_status("application_name") or ""
