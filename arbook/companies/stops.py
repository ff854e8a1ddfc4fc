"""Whether everything is stopped: one company by its people, or every company at once.

Read afresh each time, in one statement, because a stop counts from the moment it is pressed. A stop
with an end is over when the end has come; nobody has to lift it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from arbook import wall
from arbook.companies import second_factor
from arbook.companies.models import Company, Membership, Role, Standstill, User

HELD = "Held: "
"""How the reason of everything begins that waits for the end of a stop."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing leaves, since when, and until when; ``until`` None means until a person says."""

    reason: str
    since: datetime
    until: datetime | None
    # Who pressed it, where that is kept with it.
    by: str = ""
    is_everywhere: bool = False
    # The company whose stop it is; empty for one of every company.
    company: str = ""

    @property
    def what(self) -> str:
        return "everything is stopped" if self.is_everywhere else "all sending is stopped"

    @property
    def sentence(self) -> str:
        """For people: what is stopped, until when, and why, on the clock in force."""
        return self.said(timezone.get_current_timezone())

    def said(self, zone) -> str:
        """The same on the clock of a zone."""
        what = self.what if self.is_everywhere else f"all sending of {self.company} is stopped"
        until = f" until {_moment(self.until, self.since, zone)}" if self.until else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"{what[:1].upper()}{what[1:]}{until}{reason}."


def standing(company: Company, now: datetime) -> Stop | None:
    """The stop that holds the company's messages now; of two the one that lasts longer."""
    row = (
        Company.objects.filter(pk=company.pk)
        .values("name", "stopped_at", "stopped_reason", "stopped_until")
        .annotate(everywhere=Subquery(_open(now)))
        .get()
    )
    found = [_everywhere(row["everywhere"]), _of_company(row, now)]
    stops = [one for one in found if one]
    return max(stops, key=lambda one: one.until or _NEVER) if stops else None


def everywhere(now: datetime) -> Stop | None:
    """The stop of every company, if one stands."""
    return _everywhere(_open(now).first())


def own(company: Company, now: datetime) -> Stop | None:
    """The company's own stop, as the row given says."""
    names = ("name", "stopped_at", "stopped_reason", "stopped_until")
    return _of_company({name: getattr(company, name) for name in names}, now)


def may_stop_everything(user: User) -> bool:
    """Whoever is over every company, with a second factor where any of them wants one."""
    known = _reach(user)
    return known.is_over_all and not (known.wants_second_factor and not second_factor.has(user))


def lacks_second_factor(user: User) -> bool:
    """Whether a second factor is all that keeps this person from stopping everything."""
    known = _reach(user)
    return known.is_over_all and known.wants_second_factor and not second_factor.has(user)


@dataclass(frozen=True, slots=True)
class _Reach:
    is_over_all: bool
    wants_second_factor: bool


def _reach(user: User) -> _Reach:
    """Staff of the house, and whoever is at least a manager in every active company."""
    theirs = Membership.objects.filter(user=user, role__gte=Role.MANAGER).values("company")
    # What somebody is elsewhere can be asked from outside any company only.
    with wall.outside():
        count = Company.objects.active().aggregate(
            every=Count("pk"),
            theirs=Count("pk", filter=Q(pk__in=theirs)),
            strict=Count("pk", filter=Q(second_factor_required=True)),
        )
    return _Reach(user.is_staff or 0 < count["every"] == count["theirs"], count["strict"] > 0)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _open(now: datetime):
    lasting = Q(until=None) | Q(until__gt=now)
    rows = Standstill.objects.filter(lasting, ended_at=None).order_by("-started_at")
    return rows.values_list(
        JSONObject(reason="reason", since="started_at", until="until", by="by__email"), flat=True
    )[:1]


def _everywhere(found: dict | None) -> Stop | None:
    if not found:
        return None
    until = parse_datetime(found["until"]) if found["until"] else None
    return Stop(found["reason"], parse_datetime(found["since"]), until, found["by"], True)


def _of_company(row: dict, now: datetime) -> Stop | None:
    since, until = row["stopped_at"], row["stopped_until"]
    if since is None or (until is not None and until <= now):
        return None
    return Stop(row["stopped_reason"], since, until, company=row["name"])


def _moment(at: datetime, since: datetime, zone) -> str:
    local = at.astimezone(zone)
    if local.date() == since.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a %b} {local.day}, {local:%H:%M}"
