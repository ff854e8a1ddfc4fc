"""How long a named heartbeat has been silent, read from the database the product uses."""

import math
import os


def age(name: str) -> float | None:
    """Seconds since the last beat of that name, None when the database does not answer.

    Infinity when there is no such beat; negative within a silence that was announced.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbook.settings")
    from django.db import Error, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM now() - greatest(last_at, busy_until))"
                " FROM heartbeat_beat WHERE name = %s",
                [name],
            )
            row = cursor.fetchone()
    except Error:
        return None
    finally:
        connection.close()
    return float(row[0]) if row else math.inf
