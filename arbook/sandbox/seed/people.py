"""Made-up names, places and numbers. Domains end in .example, numbers are 555-01xx."""

import random
import re
import unicodedata
from dataclasses import dataclass

FIRST = (
    "Amber",
    "Anchor",
    "Aspen",
    "Beacon",
    "Birch",
    "Blue Heron",
    "Bramble",
    "Bright",
    "Canyon",
    "Cedar",
    "Cinder",
    "Clover",
    "Copper",
    "Coral",
    "Cypress",
    "Dogwood",
    "Driftwood",
    "Ember",
    "Fern",
    "Foxglove",
    "Granite",
    "Harbor",
    "Hazel",
    "Hollow",
    "Indigo",
    "Iron",
    "Ivory",
    "Lantern",
    "Laurel",
    "Linden",
    "Magnolia",
    "Maple",
    "Marigold",
    "Meadow",
    "Mesquite",
    "Mill",
    "Moss",
    "North Star",
    "Oak",
    "Opal",
    "Orchard",
    "Pebble",
    "Pine",
    "Prairie",
    "Quarry",
    "Quill",
    "Raven",
    "River",
    "Saffron",
    "Sage",
    "Sandbar",
    "Slate",
    "Sparrow",
    "Spruce",
    "Summit",
    "Thistle",
    "Timber",
    "Verbena",
    "Walnut",
    "Willow",
    "Windmill",
    "Yarrow",
)
SECOND = {
    "juniper-vale": (
        "Coffee",
        "Press",
        "Theatre",
        "Books",
        "Records",
        "Ceramics",
        "Architects",
        "Bakery",
        "Gallery",
        "Apparel",
        "Media",
        "Hotel",
        "Foundation",
        "Law",
        "Skincare",
        "Bikes",
    ),
    "red-mesa": (
        "Dental",
        "Storage",
        "Brewing",
        "Foods",
        "Apartments",
        "Clinic",
        "Logistics",
        "Schools",
        "Grill",
        "Fitness",
        "Church",
        "Market",
        "Printing",
        "Auto",
        "Veterinary",
        "Motel",
    ),
}
SUFFIX = ("", "", "", " LLC", " Inc.", " Co.", " Group")
GIVEN = (
    "Ada",
    "Ben",
    "Carla",
    "Dev",
    "Elena",
    "Frank",
    "Grace",
    "Hugo",
    "Imani",
    "Jonas",
    "Kira",
    "Leo",
    "Mona",
    "Nadia",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Sam",
    "Tessa",
    "Uma",
    "Victor",
)
FAMILY = (
    "Abbott",
    "Barros",
    "Chen",
    "Dawson",
    "Ellery",
    "Fontaine",
    "Garza",
    "Hollis",
    "Ibarra",
    "Jessup",
    "Kowal",
    "Lindqvist",
    "Moreau",
    "Nakata",
    "Okafor",
    "Pruitt",
    "Reyes",
    "Sorensen",
)
PLACES = {
    "juniper-vale": (
        ("New York", "NY", "10013", "212"),
        ("Brooklyn", "NY", "11215", "718"),
        ("Hartford", "CT", "06103", "860"),
        ("Newark", "NJ", "07102", "973"),
        ("Boston", "MA", "02110", "617"),
        ("Philadelphia", "PA", "19106", "215"),
        ("Providence", "RI", "02903", "401"),
        ("Miami", "FL", "33130", "305"),
        ("Chicago", "IL", "60607", "312"),
        ("Los Angeles", "CA", "90012", "213"),
    ),
    "red-mesa": (
        ("San Antonio", "TX", "78205", "210"),
        ("Austin", "TX", "78701", "512"),
        ("Houston", "TX", "77002", "713"),
        ("Dallas", "TX", "75201", "214"),
        ("El Paso", "TX", "79901", "915"),
        ("Albuquerque", "NM", "87102", "505"),
        ("Tulsa", "OK", "74103", "918"),
        ("Baton Rouge", "LA", "70801", "225"),
    ),
}
STREETS = ("Main Street", "Commerce Way", "Elm Avenue", "Station Road", "Mill Street", "Park Row")
SPELLINGS = (
    "({a}) 555-{n}",
    "{a}-555-{n}",
    "{a}.555.{n}",
    "+1 {a} 555 {n}",
    "{a}555{n}",
    "1-{a}-555-{n}",
    "{a} 555 {n}",
    "+1{a}555{n}",
    "1 ({a}) 555-{n}",
    "{a}/555-{n}",
)


@dataclass
class Place:
    city: str
    state: str
    postal: str
    area: str


class People:
    """Hands out names and numbers, each once, in an order fixed by the random generator."""

    def __init__(self, rng: random.Random, slug: str) -> None:
        self.rng, self.slug = rng, slug
        pairs = [(one, two) for one in FIRST for two in SECOND[slug]]
        rng.shuffle(pairs)
        self._names, seen = [], set()
        for one, two in pairs:
            if one not in seen:
                seen.add(one)
                self._names.append(f"{one} {two}{rng.choice(SUFFIX)}")
        self._lines: dict[str, int] = {}

    def name(self) -> str:
        return self._names.pop()

    def place(self) -> Place:
        return Place(*self.rng.choice(PLACES[self.slug]))

    def number(self, area: str) -> str:
        """An unused E.164 number of an area code."""
        line = self._lines.get(area, 9) + 1
        self._lines[area] = line
        return f"+1{area}55501{line:02}"

    def spelled(self, number: str) -> str:
        """A number as somebody typed it into QuickBooks."""
        return self.rng.choice(SPELLINGS).format(a=number[2:5], n=number[8:])

    def person(self) -> tuple[str, str]:
        return self.rng.choice(GIVEN), self.rng.choice(FAMILY)

    def street(self) -> str:
        return f"{self.rng.randint(3, 980)} {self.rng.choice(STREETS)}"


def domain(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "", plain.split(" LLC")[0])[:24] + ".example"
