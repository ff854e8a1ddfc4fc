"""The one schedule django-q2 keeps: beat once a minute. What is due is decided by our own list."""

from django.db import connections

NAME = "heartbeat"
BEAT = "arbook.schedule.beat"


def write_schedule(sender, using: str = "default", **kwargs) -> None:
    """Write the schedule after every migrate; a second time changes nothing."""
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return  # somebody migrates another app alone, before this one
    Schedule.objects.using(using).exclude(name=NAME).delete()
    Schedule.objects.using(using).update_or_create(
        name=NAME,
        defaults={"func": BEAT, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )
