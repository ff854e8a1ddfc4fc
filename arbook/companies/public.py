"""Pages for nobody in particular: behind a link's proof, inside the company the link belongs to."""

from collections.abc import Iterator
from contextlib import contextmanager

from arbook import wall


@contextmanager
def inside(request, company_id: int) -> Iterator[None]:
    """See that company's rows only, for whoever came.

    A colleague may be signed in while looking at a customer's page. Who it is must be read before:
    from inside a company nobody sees the rows of sessions and people.
    """
    _ = request.user.is_authenticated
    with wall.inside(company_id):
        yield
