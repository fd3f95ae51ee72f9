"""Where accounts are: coordinates checked, postcodes mended, the ladder climbed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.accounts.findings import FindingLog
from planner.accounts.places.contradictions import (
    OUTSIDE_COUNTRY_KM,
    outside_named,
    turned_signs,
)
from planner.accounts.places.country import ask_country, guess_country
from planner.accounts.places.degrees import read_degrees
from planner.accounts.places.regions import (
    country_codes,
    country_letters,
    is_known_country,
    is_known_region,
    km_to_country,
    region_codes,
)
from planner.accounts.places.zips import zip_conflicts
from planner.accounts.placing import UNPLACED, Gazetteer, km_to_postcode, locate
from planner.accounts.reading.cells import CellReader
from planner.geography.distance import haversine_m

_HOW_PLACED = ("geo_source", "geo_precision")
_POLAR_LAT = -60.0  # nobody sells in Antarctica: such a latitude is a longitude
_FAR_TIMES_SPREAD = 4.0
_FAR_LEAST_KM = 1500.0
_NO_POSTCODES = ("00000", "11111", "33333", "66666", "77777", "99999")
_US_BOX = (17.0, 72.0, -180.0, -64.0)  # lat from, to; lon from, to, without Guam


def read_places(cells: CellReader, *, required: bool = True) -> pd.DataFrame:
    """
    Read and check the place of each row.

    Parameters
    ----------
    cells
        Reader of the table; its log takes every fault.
    required
        Whether a row without a place is questioned, and waits for one.

    Returns
    -------
    columns lat, lon, geo_source, geo_precision, postcode, city, region, country
        By row number; without a place lat and lon are NaN, and source and precision
        of a questioned row are ``none``.
    """
    log, gazetteer = cells.log, cells.context.gazetteer
    country_texts = cells.text("country")
    lat, lon = read_degrees(cells)
    places = pd.DataFrame(
        {
            "lat": lat,
            "lon": lon,
            "postcode": cells.text("postcode"),
            "city": cells.text("city"),
            "region": cells.text("region"),
        }
    )
    unnamed = _country_of_unnamed(places[country_texts == ""], cells)
    places["country"] = country_codes(country_texts, unnamed)
    places["region"] = region_codes(places["region"], places["country"])
    places["postcode"] = mend_postcodes(places, gazetteer, log)
    places["postcode"] = _without_placeholders(places, cells)
    places = check_coordinates(places, gazetteer, log)
    letters = country_letters(places["country"])
    places = _question_signs(places, letters, cells)
    spots = _located(places.assign(country=letters), cells)
    if required:
        spots = _report_waiting(places, spots, cells)
    placed = places[spots["geo_source"] == "given"]
    _question_far(placed, gazetteer, cells.context.far_km, log)
    # A row without a country is only assumed to lie in the list's where it fits.
    is_abroad = _lies_abroad(places, letters, gazetteer) & (country_texts == "")
    places["country"] = places["country"].mask(is_abroad, "")
    kept = places[~places.index.isin(list(log.rejected))]
    _question_outside(kept, country_letters(kept["country"]), cells)
    _question_words(kept, gazetteer, cells)
    return pd.concat([spots, places.drop(columns=["lat", "lon"])], axis=1)


def _country_of_unnamed(places: pd.DataFrame, cells: CellReader) -> str:
    """Decide which country the rows are of that name none; empty: nobody knows."""
    if cells.context.country is not None:
        return cells.context.country
    if places.empty:
        return ""
    guess = guess_country(places, cells)
    likely = cells.context.likely_country
    if not guess.country and likely:
        return likely
    has_address = (places["postcode"] != "") | (places["city"] != "")
    has_place = places["lat"].notna() & places["lon"].notna()
    ask_country(guess, places[has_address & ~has_place], cells)
    return guess.country


def _question_signs(
    places: pd.DataFrame, letters: pd.Series, cells: CellReader
) -> pd.DataFrame:
    """Turn signs that were lost, if the user wants so; else question them."""
    turned = turned_signs(places.assign(country=letters), cells.context.gazetteer)
    is_turned = cells.context.turn_signs
    cells.log.rows(
        "lost_sign",
        "notice" if is_turned else "warn",
        _pairs(places.loc[turned.index]),
        "the place {value} lies far from {detail}"
        + (
            "; the sign was turned as wanted"
            if is_turned
            else " with a sign turned. It was kept: turn the signs of all such rows "
            "(on the command line --turn-signs), or correct the file"
        ),
        column=cells.mapping.get("lon", "lon"),
        detail=turned["what"] + ", where " + _pairs(turned) + " lies"
        if is_turned
        else turned["what"] + "; it would lie there as " + _pairs(turned),
    )
    if is_turned and len(turned):
        places.loc[turned.index, ["lat", "lon"]] = turned[["lat", "lon"]]
    return places


def _located(places: pd.DataFrame, cells: CellReader) -> pd.DataFrame:
    """Climb the ladder; a ZIP that contradicts its city or state places nothing."""
    log, gazetteer = cells.log, cells.context.gazetteer
    is_open = places["lat"].isna() | places["lon"].isna()
    us = places[is_open & (places["country"] == "US")]
    away_km = zip_conflicts(us, gazetteer)
    doubtful = log.rows_of("lost_sign", severity="warn")
    sound = places[~is_open & ~places.index.isin([*log.rejected, *doubtful])]
    found = locate(places, gazetteer, near=sound, conflicts=away_km.index)
    beside = us["city"].where(us["city"] != "", us["region"])[away_km.index]
    log.rows(
        "postcode_conflict",
        "warn",
        us["postcode"].loc[away_km.index],
        "the postcode {value} lies {detail}; correct one of the two. The place is "
        "taken from the city",
        column=cells.mapping.get("postcode", "postcode"),
        detail=away_km.map("{:,.0f} km from ".format).astype("str") + beside,
    )
    return found


def _lies_abroad(
    places: pd.DataFrame, letters: pd.Series, gazetteer: Gazetteer
) -> pd.Series:
    """Tell which given places do not lie in the country that was assumed."""
    away_km = gazetteer.atlas.km_outside(places["lat"], places["lon"], letters)
    left_us = (letters == "US") & ~in_us(places["lat"], places["lon"])
    is_placed = places["lat"].notna() & places["lon"].notna()
    return is_placed & ((away_km > OUTSIDE_COUNTRY_KM) | (away_km.isna() & left_us))


def _question_outside(
    places: pd.DataFrame, letters: pd.Series, cells: CellReader
) -> None:
    """Warn of places outside the country or the state they name."""
    questioned = cells.log.rows_of("lost_sign", "far_from_postcode")
    rest = places.assign(country=letters)[~places.index.isin(questioned)]
    rows = outside_named(rest, cells.context.gazetteer)
    for code, what in (("outside_country", "country"), ("outside_region", "state")):
        outside = rows[rows["code"] == code]
        cells.log.rows(
            code,
            "warn",
            _pairs(places.loc[outside.index]),
            f"the place {{value}} lies {{detail}}, its {what}; check which of the two "
            "is right. The coordinates were kept",
            column=cells.mapping.get("lat", "lat"),
            detail=outside["km"].map("{:,.0f} km from ".format).astype("str")
            + outside["what"],
        )


def mend_postcodes(
    places: pd.DataFrame, gazetteer: Gazetteer, log: FindingLog
) -> pd.Series:
    """
    Bring US postcodes to five digits, saying where signs were lost or left over.

    Parameters
    ----------
    places : columns postcode, country
        By row number.
    gazetteer
        A four-digit code is mended only if it is known with a zero before it.
    log
        Takes a notice for each mended code, a warning for each that cannot be.

    Notes
    -----
    ``55044-1234`` is a full code and gives no notice; ``55044-``, ``-55044`` and
    ``2134`` (a zero eaten by a spreadsheet) do.
    """
    codes = places["postcode"]
    is_us = (places["country"] == "US") & (codes != "")
    is_full = codes.str.fullmatch(r"\d{5}(?:-?\d{4})?")
    odd = codes[is_us & ~is_full]
    five = odd.str.extract(r"^[^0-9]*(\d{5})(?:\D|$)")[0]
    padded = ("0" + odd).where(odd.str.fullmatch(r"\d{4}"))
    padded = padded.where(gazetteer.postcodes.index.get_indexer(padded) >= 0)
    mended = five.fillna(padded).reindex(codes.index)
    is_mended = is_us & ~is_full & mended.notna()
    log.rows(
        "postcode_mended",
        "notice",
        codes[is_mended],
        "the postcode {value} was brought to five digits",
        column="postcode",
    )
    log.rows(
        "postcode_malformed",
        "warn",
        codes[is_us & ~is_full & mended.isna()],
        "the postcode {value} has not five digits and was not used; correct it",
        column="postcode",
    )
    short = codes.str.slice(0, 5).where(is_full, mended)
    return short.where(is_us & short.notna(), codes).astype("str")


def check_coordinates(
    places: pd.DataFrame, gazetteer: Gazetteer, log: FindingLog
) -> pd.DataFrame:
    """
    Take out coordinates that cannot be meant.

    Parameters
    ----------
    places
        As `read_places` builds it.
    gazetteer
        The places known offline.
    log
        Takes the findings; a file swapped or projected as a whole is refused.

    Returns
    -------
    The places with NaN where a coordinate cannot be used.
    """
    lat, lon = places["lat"], places["lon"]
    is_half = lat.notna() != lon.notna()
    is_given = lat.notna() & lon.notna()
    n_given = int(is_given.sum())
    is_metres = is_given & (lat.abs() > 90) & (lon.abs() > 180)
    if n_given and int(is_metres.sum()) * 2 > n_given:
        log.file(
            "projected_coordinates",
            "reject",
            "lat and lon look like metres (EPSG:3857?), not degrees; "
            "export the places as degrees (EPSG:4326)",
            column="lat",
        )
        return places
    is_swapped = is_given & ~is_metres & are_swapped(places, is_given, gazetteer)
    if n_given and int(is_swapped.sum()) * 2 > n_given:
        log.file(
            "swapped_columns",
            "reject",
            f"lat and lon look swapped in {int(is_swapped.sum()):,} of {n_given:,} "
            "rows; map lat to the column of lon and lon to that of lat",
            column="lat",
        )
        return places
    log.rows(
        "swapped_row",
        "reject",
        _pairs(places[is_swapped]),
        "the place {value} lies far from the others and fits with lat and lon "
        "swapped; swap them in the file",
        column="lat",
    )
    is_outside = is_given & ~is_swapped & ((lat.abs() > 90) | (lon.abs() > 180))
    is_null = is_given & (lat == 0) & (lon == 0)
    outside, null = places[is_outside], places[is_null]
    _set_aside(outside, "out_of_range", "lies outside the globe", log)
    _set_aside(null, "null_island", "is where failed look-ups end", log)
    log.rows(
        "half_a_place",
        "notice",
        lat.fillna(lon)[is_half].astype("str"),
        "only one of lat and lon is given ({value}); it was not used",
        column="lat",
    )
    unusable = is_half | is_swapped | is_outside | is_null
    return places.assign(lat=lat.mask(unusable), lon=lon.mask(unusable))


def _without_placeholders(places: pd.DataFrame, cells: CellReader) -> pd.Series:
    """Take out postcodes typed only because one had to be given."""
    codes = places["postcode"]
    is_none = (places["country"] == "US") & codes.isin(_NO_POSTCODES)
    cells.log.rows(
        "placeholder_postcode",
        "warn",
        codes[is_none],
        "the postcode {value} is nobody's and was not used; give the right one",
        column=cells.mapping.get("postcode", "postcode"),
    )
    return codes.mask(is_none, "")


def _question_words(
    places: pd.DataFrame, gazetteer: Gazetteer, cells: CellReader
) -> None:
    """Warn of countries, states and postcodes that there are not; all are kept."""
    country, region, postcode = (
        places[name] for name in ("country", "region", "postcode")
    )
    is_us = country == "US"
    checks = [
        ("country", country, (country != "") & ~is_known_country(country)),
        ("region", region, is_us & (region != "") & ~is_known_region(region)),
    ]
    if len(gazetteer.postcodes):
        is_full = postcode.str.fullmatch(r"\d{5}")
        is_new = is_us & is_full & (gazetteer.postcodes.index.get_indexer(postcode) < 0)
        checks.append(("postcode", postcode, is_new))
    says = {
        "country": "is no country we know; write its name or its code of two letters",
        "region": "is no state of the USA; write its two letters",
        "postcode": "is not among the postcodes we know; look whether it is right",
    }
    for target, cell, is_unknown in checks:
        cells.log.rows(
            f"unknown_{target}",
            "warn",
            cell[is_unknown],
            f"the {target} {{value}} {says[target]}. It was kept",
            column=cells.mapping.get(target, target),
        )


def _pairs(places: pd.DataFrame) -> pd.Series:
    """Write coordinates for messages."""
    return places["lat"].astype("str") + ", " + places["lon"].astype("str")


def _set_aside(places: pd.DataFrame, code: str, what: str, log: FindingLog) -> None:
    log.rows(
        code,
        "warn",
        _pairs(places),
        f"the place {{value}} {what}; it was not used. Give the right one, "
        "or a postcode",
        column="lat",
    )


def are_swapped(
    places: pd.DataFrame, is_given: pd.Series, gazetteer: Gazetteer
) -> pd.Series:
    """
    Tell which rows fit only with lat and lon swapped.

    A row is taken as swapped if its latitude is impossible (beyond 90, or in
    Antarctica), if only the swapped place is near its postcode, or if it lies far
    from the others and swapped among them. Unless the latitude is impossible, a row
    nearer to the country it names as it stands than swapped is never taken so.
    """
    lat, lon = places["lat"], places["lon"]
    can_swap = is_given & (lon.abs() <= 90) & (lat.abs() <= 180) & (lon > _POLAR_LAT)
    impossible = (lat.abs() > 90) | (lat < _POLAR_LAT)
    swapped = places.assign(lat=lon, lon=lat)
    near = km_to_postcode(swapped[can_swap], gazetteer) < 50
    off = km_to_postcode(places[can_swap], gazetteer) > 50
    by_postcode = (near & off).reindex(places.index, fill_value=False)
    by_spread = _outliers_that_fit_swapped(places[is_given & ~impossible])
    doubtful = by_postcode | by_spread.reindex(places.index, fill_value=False)
    doubtful &= can_swap & ~impossible
    doubtful[doubtful] = ~_agrees_with_country(places[doubtful])
    return can_swap & (impossible | doubtful)


def _agrees_with_country(places: pd.DataFrame) -> pd.Series:
    """Tell which rows lie nearer to their country as they stand than swapped."""
    lat, lon, country = (places[name] for name in ("lat", "lon", "country"))
    return km_to_country(lat, lon, country) <= km_to_country(lon, lat, country)


def in_us(lat: pd.Series, lon: pd.Series) -> pd.Series:
    """Tell which places lie in the box around the 50 states."""
    south, north, west, east = _US_BOX
    return lat.between(south, north) & lon.between(west, east)


def _outliers_that_fit_swapped(places: pd.DataFrame) -> pd.Series:
    if len(places) < 4:
        return pd.Series(data=False, index=places.index)
    mid_lat, mid_lon = places["lat"].median(), places["lon"].median()
    away_km = haversine_m(places["lat"], places["lon"], mid_lat, mid_lon) / 1000
    spread_km = max(float(np.median(away_km)), 50.0)
    swapped_km = haversine_m(places["lon"], places["lat"], mid_lat, mid_lon) / 1000
    limit_km = max(_FAR_TIMES_SPREAD * spread_km, _FAR_LEAST_KM)
    can_swap = places["lon"].abs() <= 90
    fits = (swapped_km <= 2 * spread_km) & can_swap
    return pd.Series((away_km > limit_km) & fits, index=places.index)


def _report_waiting(
    places: pd.DataFrame, found: pd.DataFrame, cells: CellReader
) -> pd.DataFrame:
    """Let rows without a place wait for one, and say so."""
    log = cells.log
    is_open = (found["geo_source"] == "") & ~found.index.isin(list(log.rejected))
    if not (cells.has("postcode") or cells.has("city")):
        log.rows(
            "no_place",
            "reject",
            _pairs(places)[is_open],
            "no place: lat and lon cannot be used, and the list has no address; give "
            "right coordinates, or a column of postcodes or cities",
            column=cells.mapping.get("lat", "lat"),
        )
        return found
    text = places["postcode"] + " " + places["city"] + " " + places["region"]
    log.rows(
        "no_place",
        "warn",
        text.str.strip()[is_open],
        "no place: no coordinates, and {value} is no postcode or city we know. The "
        "account waits in Data health, where a place can be given; until then it lies "
        "in no territory",
        column="lat",
    )
    waits = {name: found[name].mask(is_open, UNPLACED) for name in _HOW_PLACED}
    return found.assign(**waits)


def _question_far(
    placed: pd.DataFrame, gazetteer: Gazetteer, far_km: float, log: FindingLog
) -> None:
    us = placed[placed["country"] == "US"]
    away_km = km_to_postcode(us, gazetteer)
    far = away_km[away_km > far_km]
    log.rows(
        "far_from_postcode",
        "warn",
        us["postcode"].loc[far.index],
        "the place lies {detail} km from the centre of postcode {value}; "
        "check which of the two is right. The coordinates were kept",
        column="lat",
        detail=far.map("{:,.0f}".format),
    )
