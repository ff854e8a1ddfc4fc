"""What Linux knows to do when a process ends. Elsewhere these do nothing."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(sent: signal.Signals) -> None:
    """Have the kernel send us a signal when our parent ends. Fit for use between fork and exec."""
    _prctl(PR_SET_PDEATHSIG, sent)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that they can be buried."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)
