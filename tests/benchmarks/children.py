"""The environment of a process that a benchmark starts: on the benchmark's own database."""

import os

from django.db import connection


def environment() -> dict[str, str]:
    """This process's environment with ``DATABASE_URL`` of the database it is connected to."""
    facts = connection.settings_dict
    host = facts["OPTIONS"].get("host") or facts["HOST"]
    user = facts["USER"] + (f":{facts['PASSWORD']}" if facts["PASSWORD"] else "")
    port = f"&port={facts['PORT']}" if facts["PORT"] else ""
    url = f"postgresql://{user}@/{facts['NAME']}?host={host}{port}"
    return os.environ | {"DATABASE_URL": url}
