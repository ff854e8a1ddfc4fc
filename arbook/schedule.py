"""Everything that happens by itself. django-q2 beats once a minute; what is due is decided here."""

from datetime import timedelta
from functools import partial

from arbook import clock
from arbook.heartbeat import beats, jobs
from arbook.heartbeat.jobs import Job

# In the order of a day: what is read first decides what may leave.
JOBS = [
    Job("sync the books", "invoices.jobs.sync", timedelta(minutes=15)),
    Job("catch up with Stripe", "reconciliation.jobs.catch_up", timedelta(minutes=15)),
    Job("hear lost replies", "messaging.jobs.hear_lost", timedelta(minutes=15)),
    Job("read mailboxes", "messaging.mailboxes.read_all", timedelta(minutes=2)),
    Job("close stale pay pages", "reconciliation.jobs.close_stale", timedelta(minutes=5)),
    Job("plan touches", "invoices.jobs.plan", timedelta(hours=1)),
    Job("escalate", "invoices.jobs.escalate", timedelta(hours=1)),
    Job("read campaign states", "messaging.jobs.read_campaigns", timedelta(hours=12)),
    Job("prepare reminders", "messaging.jobs.prepare", timedelta(minutes=5)),
    Job("look up numbers", "messaging.jobs.look_up_lines", timedelta(minutes=15)),
    Job("read deactivated numbers", "customers.jobs.read_deactivations", timedelta(days=1)),
    Job("end unanswered opt-ins", "customers.jobs.expire_opt_ins", timedelta(days=1)),
    Job("ask for silent texts", "messaging.jobs.poll_delivery", timedelta(hours=1)),
    Job("plan calls", "messaging.jobs.plan_calls", timedelta(hours=1)),
    Job("wake conversations", "messaging.jobs.wake_threads", timedelta(minutes=15)),
    Job("compare with the books", "invoices.jobs.check_drift", timedelta(days=1)),
    Job("seal the record", "arbook.audit.jobs.seal", timedelta(minutes=1)),
    Job("verify the record", "arbook.setup.record.check", timedelta(days=1)),
    Job("keep no longer", "arbook.setup.retention.daily", timedelta(days=1)),
    Job("tell staff what is stuck", "arbook.alerts.jobs.tell_of_causes", timedelta(minutes=5)),
    Job("finish erasures", "arbook.setup.erasing.finish", timedelta(days=1)),
    Job("keep connections alive", "arbook.setup.jobs.keep_connections", timedelta(hours=6)),
    Job("clean sessions", "arbook.setup.jobs.clean_sessions", timedelta(days=1)),
]


def beat() -> None:
    """One heartbeat: the task that django-q2 runs every minute."""
    pulse = beats.Pulse(beats.SCHEDULE)
    pulse()
    beats.forget_the_dead()
    jobs.run_due(JOBS, now=clock.now(), pulse=pulse, busy=partial(beats.busy, beats.SCHEDULE))
