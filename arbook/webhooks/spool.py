"""A body straight from the line, on the disk while nobody knows from whom it is."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap

from django.http import UnreadablePostError

# Shorter bodies need no file.
IN_MEMORY = 256 * 1024
AT_ONCE = 64 * 1024


@contextmanager
def body_of(request, length: int) -> Iterator[bytes | mmap]:
    """The body, ``length`` bytes of it: in memory, or as a file that ends with the block.

    Raises UnreadablePostError where the line broke before all of it was there.
    """
    if length <= IN_MEMORY:
        body = request.read(length) if length else b""
        if len(body) != length:
            raise UnreadablePostError("The line broke.")
        yield body
        return
    with tempfile.TemporaryFile() as file:
        left = length
        while left and (piece := request.read(min(left, AT_ONCE))):
            file.write(piece)
            left -= len(piece)
        if left:
            raise UnreadablePostError("The line broke.")
        file.flush()
        with mmap(file.fileno(), length, access=ACCESS_READ) as body:
            yield body
