"""``python -m tests.chaos.launch FILE PROGRAM ...``: become a program under a file's environment.

The supervisor starts every part through this, so that a part that is started again reads the
environment as it is by then: that is how a deploy brings new keys.
"""

import json
import os
import sys

if __name__ == "__main__":
    file, *command = sys.argv[1:]
    with open(file) as written:
        os.environ.update(json.load(written))
    os.execv(command[0], command)
