"""The one schedule django-q2 keeps: beat once a minute. What is due is decided by our own list."""

NAME = "heartbeat"
BEAT = "arbook.schedule.beat"


def write_schedule(sender, **kwargs) -> None:
    """Write the schedule after every migrate; a second time changes nothing."""
    from django_q.models import Schedule

    Schedule.objects.exclude(name=NAME).delete()
    Schedule.objects.update_or_create(
        name=NAME,
        defaults={"func": BEAT, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )
