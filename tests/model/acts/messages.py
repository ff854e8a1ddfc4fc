"""What staff does about messages and cases."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from arbook.companies.models import Company, Role
from arbook.setup import companies, stopping
from invoices import case_decisions
from invoices.models import Approval
from messaging import approving, declining, dispatch, editing, in_doubt
from messaging.models import Message
from tests.model.drawing import PICK, WHOSE, one_of
from tests.model.story import Story
from tests.model.truth import Yes

ABOUT_MESSAGES = one_of(
    prepares={"slug": WHOSE},
    approves={
        "slug": WHOSE,
        "role": st.sampled_from((Role.BOOKKEEPER, Role.MANAGER)),
        "one": st.booleans(),
    },
    changes_a_message={
        "slug": WHOSE,
        "pick": PICK,
        "how": st.sampled_from(("edit", "skip", "undo", "pause", "exclude")),
    },
    decides_a_case={
        "slug": WHOSE,
        "pick": PICK,
        "how": st.sampled_from(("yes", "yes", "print", "quiet", "no")),
    },
    presses_stop={"slug": WHOSE},
    changes_the_mode={"slug": WHOSE, "mode": st.sampled_from(Company.Mode.values)},
)


class AboutMessages(Story):
    """Proposals are approved, changed, declined; cases decided; all sending stopped."""

    def prepares(self, slug: str) -> None:
        with self.does(f"the batch of {slug} is prepared"):
            dispatch.prepare(self.world.company(slug), now=self.world.now)

    def approves(self, slug: str, role: Role, one: bool) -> None:
        rows = self.world.proposed(slug)
        rows = rows[:1] if one else rows
        if rows:
            with self.does(f"a {role.label} of {slug} approves {len(rows)} messages"):
                self.say_yes(slug, rows, role)

    def say_yes(self, slug: str, rows: list[Message], role: Role) -> None:
        by = self.world.by(slug, role)
        seen = {row.pk: row.content_hash for row in rows}
        approving.approve(rows, by=by, now=self.world.now, hashes=seen)
        for row in rows:
            after = Message.objects.get(pk=row.pk)
            if after.state == Message.State.APPROVED:
                self.truth.approved[str(row.uuid)] = Yes(
                    row.medium, row.test_address or row.address, row.body, row.total,
                    role >= Role.MANAGER,
                )  # fmt: skip

    def changes_a_message(self, slug: str, pick: int, how: str) -> None:
        rows = list(
            Message.objects.filter(
                company__slug=slug, purpose="reminder", state__in=["proposed", "approved"]
            ).select_related("company", "customer", "pay_link__company")
            .order_by("pk")
        )  # fmt: skip
        if not rows:
            return
        row = rows[pick % len(rows)]
        by, now = self.world.by(slug), self.world.now
        with self.does(f"staff of {slug}: {how} the {row}"):
            if how == "edit":
                body = row.body.replace(" open", " yet to be paid", 1)
                editing.edit(row, body=body, subject=row.subject or "Invoice", by=by, now=now)
            elif how == "skip":
                declining.skip(row, by=by, now=now)
            elif how == "undo":
                approving.withdraw([row], by=by, now=now)
            elif how == "pause":
                today = row.company.local_date(now)
                declining.pause(row, until=today + timedelta(days=2), by=by, now=now)
                self.truth.paused[row.customer.name] = self.midnight(
                    slug, today + timedelta(days=3)
                )
            else:
                declining.exclude(row, by=by, now=now)
                self.truth.vip.add(row.customer.name)
            self.truth.approved.pop(str(row.uuid), None)

    def decides_a_case(self, slug: str, pick: int, how: str) -> None:
        rows = list(Approval.objects.waiting(self.world.now).filter(company__slug=slug))
        if not rows:
            return
        row = rows[pick % len(rows)]
        by, now = self.world.by(slug, Role.MANAGER), self.world.now
        seen = {"by": by, "now": now, "content_hash": row.content_hash}
        with self.does(f"a manager of {slug} decides {row}: {how}"):
            if how == "no":
                case_decisions.turn_down(row, note="No.", **seen)
            elif row.kind == Approval.Kind.LETTER:
                case_decisions.release(row, printed=how == "print", **seen)
                if how != "print":
                    told = row.content["letter"]["rows"]
                    content = tuple(sorted((one["number"], one["open"]) for one in told))
                    self.truth.released.append((row.customer.name, content))
            elif how == "quiet":
                day = self.world.company(slug).local_date(now) + timedelta(days=3)
                case_decisions.keep_quiet(row, until=day, **seen)
                self.truth.paused[row.customer.name] = self.midnight(slug, day + timedelta(days=1))
            else:
                case_decisions.resume(row, **seen)

    def presses_stop(self, slug: str) -> None:
        on = slug not in self.truth.stopped
        with self.does(f"{slug}: {'stop' if on else 'go on'}"):
            company, by = self.world.company(slug), self.world.by(slug, Role.OWNER)
            if on:
                stopping.stop(company, reason="Look first", by=by, now=self.world.now)
                self.truth.stopped.add(slug)
            else:
                stopping.resume(company, by=by, now=self.world.now)
                self.truth.stopped.discard(slug)

    def changes_the_mode(self, slug: str, mode: str) -> None:
        with self.does(f"{slug} is now in mode {mode}"):
            companies.save(
                slug, {"mode": mode}, by=self.world.by(slug, Role.OWNER), now=self.world.now
            )
            self.truth.predicted.clear()

    @rule()
    def says_what_became_of_it(self) -> None:
        """A person looks at the phone or the mailbox, and says what is there."""
        rows = Message.objects.filter(state="approved", direction="out").select_related(
            "company", "customer", "thread"
        )
        gone = {one.message for one in self.truth.left}
        for row in rows:
            if in_doubt.is_in_doubt(row):
                it_left = str(row.uuid) in gone
                by = self.world.by(row.company.slug)
                with self.does(f"staff looks: the {row} {'left' if it_left else 'did not leave'}"):
                    act = in_doubt.it_left if it_left else in_doubt.it_did_not_leave
                    act(row, by=by, now=self.world.now)
