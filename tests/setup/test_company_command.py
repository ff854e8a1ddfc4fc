from datetime import time
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook.audit.models import Entry
from arbook.companies.models import Company, Membership, Role, User
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.commands import manage

pytestmark = pytest.mark.django_db


def _company(*arguments: str) -> str:
    said = StringIO()
    call_command("company", *arguments, stdout=said)
    return said.getvalue()


def test_a_company_is_made_with_sensible_settings_and_told_where_webhooks_go(settings):
    said = _company("harbor", "--name", "Harbor Dental", "--timezone", "America/Chicago")

    company = Company.objects.get()
    assert (company.slug, company.name, company.timezone) == (
        "harbor",
        "Harbor Dental",
        "America/Chicago",
    )
    assert company.mode == Company.Mode.DRY_RUN
    assert said.startswith("created harbor: Harbor Dental, America/Chicago, Dry run")
    assert f"{settings.PUBLIC_URL}/webhooks/stripe/{company.uuid}/" in said
    assert f"{settings.PUBLIC_URL}/webhooks/twilio/{company.uuid}/" in said


def test_a_second_time_changes_only_what_is_given():
    _company("harbor", "--name", "Harbor Dental", "--review-above", "500")

    said = _company("harbor", "--mode", "automatic", "--sends-from", "10:00")

    company = Company.objects.get()
    assert said.startswith("saved harbor: Harbor Dental")
    assert company.mode == Company.Mode.AUTOMATIC
    assert company.sends_from == time(10)
    assert company.review_above == Decimal("500.00")
    assert Entry.objects.filter(verb="company.saved").count() == 2


def test_saying_the_same_twice_records_nothing_new():
    _company("harbor", "--name", "Harbor Dental")

    _company("harbor", "--name", "Harbor Dental")

    assert Entry.objects.filter(verb="company.saved").count() == 1


def test_numbers_are_kept_as_the_carriers_write_them():
    _company("harbor", "--test-phone", "(212) 555-0199", "--phone", "")

    company = Company.objects.get()
    assert company.test_phone == "+12125550199"
    assert company.phone == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Not a slug"], "SLUG: Enter a valid"),
        (["harbor", "--timezone", "Mars/Base"], "--timezone: Mars/Base is not a time zone"),
        (["harbor", "--mode", "loud"], "--mode: Value 'loud' is not a valid choice"),
        (["harbor", "--name", "  "], "--name: This field cannot be blank"),
        (["harbor", "--currency", "dollars"], "--currency:"),
        (["harbor", "--color", "pinkish"], "--color:"),
        (["harbor", "--review-above", "much"], "--review-above: “much” value must be a decimal"),
        (["harbor", "--review-above", "NaN"], "--review-above:"),
        (["harbor", "--review-above", "-1"], "--review-above: An amount is not below zero"),
        (["harbor", "--undo-seconds", "-5"], "--undo-seconds:"),
        (["harbor", "--undo-seconds", "99999999999"], "--undo-seconds:"),
        (["harbor", "--touches-per-week", "some"], "--touches-per-week:"),
        (["harbor", "--test-email", "nobody"], "--test-email: Enter a valid email"),
        (["harbor", "--test-phone", "12"], "--test-phone: This is not a phone number"),
        (["harbor", "--sends-from", "25:00"], "--sends-from:"),
        (["harbor", "--sends-from", "20:00"], "--sends-until: This is not after the start"),
        (["harbor", "--member", "owner"], "--member owner: give EMAIL:ROLE"),
        (["harbor", "--member", "a@b.example:king"], "one of viewer, bookkeeper, manager, owner"),
        (["harbor", "--member", "nobody:owner"], "--member nobody:owner: give EMAIL:ROLE"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_leaves_nothing_behind(arguments, said):
    with pytest.raises(CommandError) as refusal:
        _company(*arguments)

    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not Company.objects.exists()
    assert not User.objects.exists()


def test_several_wrong_values_are_all_named():
    with pytest.raises(CommandError) as refusal:
        _company("harbor", "--review-above", "much", "--undo-seconds", "soon")

    assert "--review-above" in str(refusal.value)
    assert "--undo-seconds" in str(refusal.value)


def test_people_are_added_with_their_roles_and_invited_by_mail():
    _company("harbor", "--member", "Owner@Desk.example:owner", "--member", "b@desk.example:viewer")

    roles = dict(Membership.objects.values_list("user__email", "role"))
    assert roles == {"owner@desk.example": Role.OWNER, "b@desk.example": Role.VIEWER}
    assert Effect.objects.filter(kind="setup.invite").count() == 2
    assert Entry.objects.filter(verb="member.invited").count() == 2


def test_a_member_named_again_gets_the_other_role_and_no_second_mail():
    _company("harbor", "--member", "o@desk.example:owner", "--member", "b@desk.example:viewer")

    _company("harbor", "--member", "b@desk.example:manager")

    assert Membership.objects.get(user__email="b@desk.example").role == Role.MANAGER
    assert Effect.objects.filter(kind="setup.invite").count() == 2


def test_the_last_owner_cannot_be_taken_away_by_a_command():
    _company("harbor", "--member", "o@desk.example:owner")

    with pytest.raises(CommandError, match="needs an owner"):
        _company("harbor", "--name", "Other", "--member", "o@desk.example:viewer")

    assert Company.objects.get().name == "harbor"


def test_an_operator_sees_one_line_and_status_1_and_never_a_traceback(child_environment):
    factories.company(slug="harbor", name="Harbor Dental")

    wrong = manage(child_environment, "company", "harbor", "--timezone", "Nowhere")
    unknown = manage(child_environment, "company", "harbor", "--shoe-size", "44")
    right = manage(child_environment, "company", "harbor", "--timezone", "America/Denver")

    assert wrong.status == 1
    assert len(wrong.complained.strip().splitlines()) == 1
    assert "Nowhere is not a time zone" in wrong.complained
    assert unknown.status == 2
    assert "--shoe-size" in unknown.complained
    assert "Traceback" not in wrong.complained + unknown.complained
    assert right.status == 0
    assert "saved harbor: Harbor Dental, America/Denver, Dry run" in right.said
