import phonenumbers
import pytest
from phonenumbers import geocoder

from arbook import area_codes, states
from arbook.places import locate, same_clock

EASTERN, CENTRAL, PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"


@pytest.mark.parametrize(
    ("facts", "found_states", "zones"),
    [
        ({"postal_code": "06103"}, ("CT",), (EASTERN,)),
        ({"postal_code": "6103-1234"}, ("CT",), (EASTERN,)),
        ({"postal_code": "061031234"}, ("CT",), (EASTERN,)),
        ({"postal_code": "48201"}, ("MI",), (EASTERN,)),
        ({"postal_code": "00901"}, ("PR",), ("America/Puerto_Rico",)),
        ({"postal_code": "96799"}, ("AS",), ("Pacific/Pago_Pago",)),
        ({"state": "Conn."}, ("CT",), (EASTERN,)),
        ({"state": "district of columbia"}, ("DC",), (EASTERN,)),
        ({"state": "Fla"}, ("FL",), (EASTERN, CENTRAL)),
        ({"state": "AZ"}, ("AZ",), ("America/Phoenix", "America/Denver")),
        ({"number": "+18605550100"}, ("CT",), (EASTERN,)),
        ({"number": "+18125550100"}, ("IN",), (EASTERN, CENTRAL)),
        ({"number": "+19305550100"}, ("IN",), (EASTERN, CENTRAL)),
        ({"number": "+16715550100"}, ("GU",), ("Pacific/Guam",)),
        ({"postal_code": "V6B 1A1", "country": "Canada"}, ("BC",), (PACIFIC, "America/Denver")),
        ({"postal_code": "S7K"}, ("SK",), ("America/Regina",)),
        ({"number": "+13065550100"}, ("SK",), ("America/Regina",)),
        ({"number": "+442079460958", "country": "GB"}, (), ("Europe/Guernsey",)),
    ],
)
def test_each_fact_gives_its_candidates(facts, found_states, zones):
    place = locate(**facts)

    assert place.states == found_states
    assert place.zones == zones


def test_a_ported_number_adds_its_candidates_to_those_of_the_address():
    place = locate(postal_code="10001", number="+13105550100")

    assert place.states == ("NY", "CA")
    assert place.zones == (EASTERN, PACIFIC)
    assert place.disagrees
    assert place.label_of(PACIFIC) == "area code 310 (Los Angeles time)"


def test_a_fact_that_confirms_a_sharper_one_adds_nothing():
    place = locate(postal_code="47401", state="IN", number="+18125550100")

    assert place.zones == (EASTERN,)
    assert len(place.sources) == 3


def test_postal_code_and_state_that_disagree_both_count():
    place = locate(postal_code="06103", state="TX")

    assert place.states == ("CT", "TX")
    assert set(place.zones) == {EASTERN, CENTRAL, "America/Denver"}


@pytest.mark.parametrize(
    "number", ["+18005550100", "+18885550100", "+15005550006", "+15555550100", "+19005550100", ""]
)
def test_a_number_without_geography_says_nothing(number):
    assert locate(number=number, postal_code="06103").zones == (EASTERN,)
    assert not locate(number=number).is_known


def test_an_unknown_place_may_be_anywhere_on_the_continent():
    place = locate(postal_code="not known", state="somewhere", number="none")

    assert set(place.zones) == set(states.CONTINENTAL_ZONES)
    assert len(place.states) == 49
    assert place.label == "place unknown"


@pytest.mark.parametrize(
    "postal_code", ["", "0", "99999-9999", "AB", "K", "é1A", "1" * 400, "00000"]
)
def test_a_broken_postal_code_is_no_fact(postal_code):
    assert locate(postal_code=postal_code, number="+18605550100").states[0] in {"CT", "AK", "NY"}


def test_a_post_code_of_another_country_is_not_read_as_ours():
    assert not locate(postal_code="10115", country="DE").is_known


def test_the_city_of_the_address_names_the_place():
    assert locate(postal_code="06103", city="West Hartford").label == "West Hartford, CT"


@pytest.mark.parametrize("state", sorted(states.STATE_ZONES))
def test_every_state_lives_by_clocks_that_exist(state):
    zones = states.STATE_ZONES[state]

    assert zones
    assert all(same_clock(zone) for zone in zones)


def test_area_codes_agree_with_the_numbering_plan_as_the_library_knows_it():
    for code, codes in area_codes.STATES_BY_CODE.items():
        number = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code}5550100"))
        described = geocoder.description_for_valid_number(number, "en").split(", ")[-1]
        described = described.removesuffix(" State").replace("Colombia", "Columbia")
        named = {"Washington D.C.": "DC", "U.S. Virgin Islands": "VI"}.get(described, described)
        if len(codes) == 1 and described:
            assert states.code_of(named) == codes[0], (code, described)
