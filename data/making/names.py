"""Invented names of companies and streets; none is meant to be a real one."""

from __future__ import annotations

import numpy as np
import pandas as pd

_STARTS = (
    "Ald,Amber,Arken,Bel,Bryn,Cald,Carrow,Cinder,Coll,Corr,Dal,Dorn,Drum,Elder,Ester,"
    "Fallow,Fen,Garr,Glim,Gorse,Hal,Haver,Hesk,Ivor,Jar,Kel,Kest,Lark,Lorn,Lun,Mar,"
    "Mern,Nor,Oak,Orr,Pell,Quill,Rav,Ren,Rother,Sable,Sel,Skar,Stan,Tarn,Thorn,Tor,"
    "Ulver,Val,Ven,Wend,Wex,Whin,Yarrow,Zell"
)
_ENDS = (
    "acre,bane,beck,bourne,cress,croft,dane,fell,garth,gate,grove,holm,horne,keld,"
    "lace,leigh,lind,mere,mont,moss,nook,quay,ridge,rowe,scar,shaw,stow,thorpe,vane,"
    "vere,wick,wold"
)
# too near to well-known companies or names
_AVOIDED = (
    "Belgate,Belgrove,Belmont,Calderidge,Delmont,Norgate,Halcroft,Oakridge,Oakmont,"
    "Stanmore,Thornridge,Valmont,Marlind,Selmont,Elderwick,Oakcroft,Oakgrove,Oakleigh,"
    "Oakwold,Oakmere,Wexmere,Thorngate,Ravenscar,Norwick,Norridge"
)
_KINDS = {
    "Automotive suppliers": (
        "Auto Components,Driveline Parts,Precision Stampings,Brake Systems,Seating,"
        "Castings,Axle Works,Powertrain Parts,Tooling,Wire Harness"
    ),
    "Chemicals": (
        "Chemicals,Coatings,Polymers,Adhesives,Solvents,Resins,Specialty Chemicals,"
        "Pigments,Industrial Gases"
    ),
    "Education": (
        "Technical College,Academy,Community College,School District,Career Institute,"
        "University,Learning Center"
    ),
    "Energy": (
        "Energy,Power Cooperative,Wind Farms,Gas Storage,Pipeline Services,"
        "Solar Fields,Fuel Terminals,Generation"
    ),
    "Food processing": (
        "Foods,Dairy,Bakeries,Packing,Creamery,Mills,Frozen Foods,Provisions,Orchards,"
        "Meats,Brewing Supply,Grain"
    ),
    "Hospitals & clinics": (
        "Regional Hospital,Clinic,Medical Center,Family Health,Surgery Center,Hospital,"
        "Health Partners,Orthopedic Clinic,Care Center,Imaging Center"
    ),
    "Laboratories": (
        "Labs,Testing Laboratory,Analytics,Diagnostics Lab,Materials Testing,Bioassay,"
        "Calibration Lab,Research Labs"
    ),
    "Logistics": (
        "Logistics,Freight,Cold Storage,Warehousing,Cartage,Distribution,Trucking,"
        "Intermodal"
    ),
    "Manufacturing": (
        "Manufacturing,Tool & Die,Machine Works,Fabrication,Plastics,Packaging,Valves,"
        "Pumps,Bearings,Furniture,Paper,Glass,Metal Finishing"
    ),
    "Water & utilities": (
        "Water District,Utilities,Water Works,Sanitary District,Filtration Plant,"
        "Water Authority,Wastewater Services"
    ),
}
_PUBLIC = frozenset({"Education", "Hospitals & clinics", "Water & utilities"})
_FORMS = (" Inc.", " LLC", " Co.", " Corp.", " Group", "", "", "")
_STREETS = (
    "Alder,Ash,Aspen,Birch,Bluff,Canal,Cedar,Chestnut,Clover,Commerce,Cottonwood,Creek,"
    "Depot,Dogwood,Elm,Factory,Fern,Foundry,Grain,Harbor,Hawthorn,Hickory,Industrial,"
    "Juniper,Kiln,Lake,Larch,Linden,Locust,Maple,Market,Meadow,Mill,Mulberry,Oak,"
    "Orchard,Park,Pine,Poplar,Prairie,Quarry,Railroad,Ridge,River,Sawmill,Spruce,"
    "Station,Sycamore,Tamarack,Union,Walnut,Water,Willow"
)
_STREET_TYPES = ("St", "St", "St", "Ave", "Ave", "Rd", "Dr", "Blvd", "Ln", "Pkwy")
_SIDES = ("", "", "", "N ", "S ", "E ", "W ")


def company_names(
    industries: pd.Series, cities: pd.Series, known_places: set[str], seed: int
) -> list[str]:
    """
    Invent a name for each account; no two are the same.

    Parameters
    ----------
    industries, cities : shape (n_accounts,)
        Industry and town of each account.
    known_places
        Names of towns, which no company is called after.
    seed
        Another seed gives other names.
    """
    rng = np.random.default_rng([seed, 1])
    roots = _roots(known_places)
    kinds = {name: text.split(",") for name, text in _KINDS.items()}
    taken: set[str] = set()
    names = []
    for industry, city in zip(industries, cities, strict=True):
        root = roots[rng.integers(len(roots))]
        kind = kinds[industry][rng.integers(len(kinds[industry]))]
        form = "" if industry in _PUBLIC else _FORMS[rng.integers(len(_FORMS))]
        name = f"{root} {kind}{form}"
        if name in taken:
            name = f"{root} {kind} of {city}"
        while name in taken:
            other = roots[rng.integers(len(roots))]
            name = f"{root} & {other} {kind}{form}"
        taken.add(name)
        names.append(name)
    return names


def street_addresses(n: int, seed: int) -> list[str]:
    """Invent street addresses."""
    rng = np.random.default_rng([seed, 2])
    streets = _STREETS.split(",")
    number = np.ceil(np.exp(rng.normal(6.4, 1.1, n))).clip(2, 29_999).astype(int)
    side = rng.choice(_SIDES, n)
    street = rng.choice(streets, n)
    kind = rng.choice(_STREET_TYPES, n)
    return [
        f"{a} {b}{c} {d}" for a, b, c, d in zip(number, side, street, kind, strict=True)
    ]


def _roots(known_places: set[str]) -> list[str]:
    """Join syllables into words that are no town's name."""
    words = {start + end for start in _STARTS.split(",") for end in _ENDS.split(",")}
    return sorted(words - known_places - set(_AVOIDED.split(",")))
