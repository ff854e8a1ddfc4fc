"""Where the chain is attacked, and what is found."""

from arbook.audit import verifying

TOUCHED = 4


def breach(**how) -> verifying.Breach | None:
    return verifying.verify(**how).breach
