"""States, territories and Canadian provinces: names, and the clocks people there live by.

As of 2026-11-20. One zone name stands for every zone with the same clock, so Michigan is
America/New_York here.
"""

EASTERN, CENTRAL = "America/New_York", "America/Chicago"
MOUNTAIN, ARIZONA, PACIFIC = "America/Denver", "America/Phoenix", "America/Los_Angeles"
ALASKA, ALEUTIANS, HAWAII = "America/Anchorage", "America/Adak", "Pacific/Honolulu"
CARIBBEAN, GUAM, SAMOA = "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago"
ATLANTIC, NEWFOUNDLAND = "America/Halifax", "America/St_Johns"
SASKATCHEWAN, YUKON = "America/Regina", "America/Whitehorse"

CONTINENTAL_ZONES = (EASTERN, CENTRAL, MOUNTAIN, ARIZONA, PACIFIC)

ZONES_BY_STATE = {
    EASTERN: "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV QC",
    f"{EASTERN} {CENTRAL}": "FL IN KY MI TN ON NU",
    CENTRAL: "AL AR IA IL LA MN MO MS OK WI MB",
    f"{CENTRAL} {MOUNTAIN}": "KS ND NE SD TX",
    MOUNTAIN: "CO MT NM UT WY AB NT",
    f"{ARIZONA} {MOUNTAIN}": "AZ",
    f"{MOUNTAIN} {PACIFIC}": "ID",
    PACIFIC: "CA WA",
    f"{PACIFIC} {MOUNTAIN}": "NV OR BC",
    f"{ALASKA} {ALEUTIANS}": "AK",
    HAWAII: "HI",
    CARIBBEAN: "PR VI",
    GUAM: "GU MP",
    SAMOA: "AS",
    ATLANTIC: "NB NS PE",
    f"{NEWFOUNDLAND} {ATLANTIC}": "NL",
    SASKATCHEWAN: "SK",
    YUKON: "YT",
    "Pacific/Palau": "PW",
    "Pacific/Chuuk Pacific/Pohnpei": "FM",
    "Pacific/Majuro": "MH",
}
STATE_ZONES = {
    state: tuple(zones.split())
    for zones, states in ZONES_BY_STATE.items()
    for state in states.split()
}

NAMES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
TERRITORIES = {
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "Virgin Islands", "PW": "Palau", "FM": "Micronesia", "MH": "Marshall Islands",
}  # fmt: skip
PROVINCES = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories",
    "NU": "Nunavut", "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec",
    "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip

CONTINENTAL_STATES = tuple(sorted(set(NAMES) - {"AK", "HI"}))

PROVINCES_BY_LETTER = {
    "A": ("NL",), "B": ("NS",), "C": ("PE",), "E": ("NB",), "G": ("QC",), "H": ("QC",),
    "J": ("QC",), "K": ("ON",), "L": ("ON",), "M": ("ON",), "N": ("ON",), "P": ("ON",),
    "R": ("MB",), "S": ("SK",), "T": ("AB",), "V": ("BC",), "X": ("NT", "NU"), "Y": ("YT",),
}  # fmt: skip
"""First letter of a Canadian postal code."""

_CODES_BY_NAME = {
    name.casefold().replace(" ", ""): code
    for code, name in {**NAMES, **TERRITORIES, **PROVINCES}.items()
} | {
    "washingtondc": "DC",
    "usvirginislands": "VI",
    "québec": "QC",
    "calif": "CA",
    "conn": "CT",
    "fla": "FL",
    "mass": "MA",
    "mich": "MI",
    "penna": "PA",
    "tex": "TX",
}


def code_of(text: str) -> str:
    """CT for "CT", "c.t.", "Connecticut" or "US-CT"; empty when it is no state we know."""
    plain = "".join(letter for letter in text.casefold() if letter.isalpha())
    if plain.startswith("us") and len(plain) == 4:
        plain = plain[2:]
    if plain.upper() in STATE_ZONES:
        return plain.upper()
    return _CODES_BY_NAME.get(plain, "")


def name_of(code: str) -> str:
    return {**NAMES, **TERRITORIES, **PROVINCES}.get(code, code)
