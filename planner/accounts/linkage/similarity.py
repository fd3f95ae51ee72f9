"""
How alike two accounts are: points of evidence for and against, added up.

A simple form of Fellegi and Sunter (1969): each part that agrees or differs adds points
(log odds); the score is 1 / (1 + exp(-points)). The points stand in `POINTS`; how they
were chosen and what they reach is told in docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy.sparse as sp
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from planner.accounts.linkage.keys import AccountKeys
from planner.geography.distance import haversine_m

POINTS: Mapping[str, float] = {
    "start": -6.0,
    "same street": 6.0,
    "street nearby": 2.0,
    "other street": -4.0,
    "same phone": 3.5,
    "phone of many": 1.0,
    "other phone": -0.5,
    "same postcode": 1.0,
    "postcode nearby": -0.5,
    "other postcode": -1.5,
    "same city": 0.5,
    "other city": -2.0,
    "same place": 3.0,
    "place nearby": 1.0,
    "place far": -3.0,
    "numbers differ": -7.0,
}
# Points of names by how alike they are, straight lines between.
NAME_LIKENESS = (0.0, 0.1, 0.25, 0.5, 0.8, 1.0)
NAME_POINTS = (-7.0, -6.0, -2.0, 1.0, 3.5, 5.5)
CHAIN_NAME_POINTS = 1.5  # at most, where several streets have accounts of that name

_CHAIN_STREETS = 3  # more streets than these make a name a chain's, a phone a desk's
_STREET_ALIKE = 85.0  # of 100, of words without direction and type
_STREET_MISTYPED = 70.0  # the same where the house number is equal
_NEAR_NUMBERS = 12
_CITY_ALIKE = 85.0
_SAME_PLACE_M = 60.0
_NEAR_M = 300.0
_FAR_M = 2_000.0
_GRAM = 3


class Likeness:
    """
    Compares accounts of one table by pairs.

    Parameters
    ----------
    keys
        Of the accounts; how common names and phones are is counted among them.
    """

    def __init__(self, keys: AccountKeys) -> None:
        self.keys = keys
        self._grams = _gram_weights(keys.name)
        houses = pd.Series(keys.number) + " " + pd.Series(keys.street)
        houses = houses.mask(houses == " ", pd.Series(keys.city))
        self._is_chain = _is_common(keys.name, houses)
        self._is_desk = _is_common(keys.phone, houses)

    def points(
        self, first: np.ndarray, second: np.ndarray, *, least: float
    ) -> tuple[np.ndarray, pd.DataFrame]:
        """
        Add up the evidence of pairs.

        Parameters
        ----------
        first, second : shape (n_pairs,)
            Places of the accounts.
        least
            Pairs that cannot reach so many points whatever their names are left out
            before names, the slow part, are compared.

        Returns
        -------
        Places of the pairs that were compared in full, and their evidence: `name`
        (0-1), `street`, `phone`, `postcode`, `city`, `place` (what was found, in the
        words of `POINTS`; empty: nothing is known), `numbers differ`, `points`.
        """
        evidence = self._places(first, second)
        points = _place_points(evidence)
        rows = np.flatnonzero(points + max(NAME_POINTS) >= least)
        first, second, points = first[rows], second[rows], points[rows]
        evidence = evidence.iloc[rows].reset_index(drop=True)
        evidence["name"] = self._names(first, second)
        name_points = np.interp(evidence["name"], NAME_LIKENESS, NAME_POINTS)
        chain = self._is_chain[first] | self._is_chain[second]
        name_points = np.where(
            chain, np.minimum(name_points, CHAIN_NAME_POINTS), name_points
        )
        differs = self._numbers_differ(first, second)
        evidence["numbers differ"] = differs
        evidence["points"] = points + name_points + differs * POINTS["numbers differ"]
        return rows, evidence

    def _places(self, first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
        """Compare all but the names."""
        evidence = pd.DataFrame(
            {
                "street": self._street(first, second),
                "phone": self._phone(first, second),
                "postcode": self._postcode(first, second),
                "city": self._city(first, second),
                "place": self._place(first, second),
            }
        )
        # 28 State Street of another town is no evidence for, and none against.
        elsewhere = (evidence["city"] == "other city") | (
            (evidence["postcode"] == "other postcode")
            & (evidence["city"] != "same city")
        )
        is_near = evidence["place"].isin(["same place", "place nearby"])
        is_street = evidence["street"].isin(["same street", "street nearby"])
        evidence.loc[is_street & elsewhere & ~is_near, "street"] = ""
        return evidence

    def _street(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        keys = self.keys
        street_a, street_b = keys.street[first], keys.street[second]
        number_a, number_b = keys.number[first], keys.number[second]
        has_both = (street_a != "") & (street_b != "")
        alike = np.zeros(len(first))
        alike[has_both] = np.maximum(
            cpdist(street_a[has_both], street_b[has_both], scorer=fuzz.ratio),
            cpdist(street_a[has_both], street_b[has_both], scorer=fuzz.token_set_ratio),
        )
        side_a, side_b = keys.direction[first], keys.direction[second]
        turned = (side_a != side_b) & (side_a != "") & (side_b != "")
        numbered = (number_a != "") & (number_b != "")
        same_number = numbered & (number_a == number_b)
        least = np.where(same_number, _STREET_MISTYPED, _STREET_ALIKE)
        is_street = has_both & (alike >= least) & ~turned
        gap = np.abs(_whole(number_a) - _whole(number_b))
        edits = cpdist(number_a, number_b, scorer=OSA.distance)
        is_near = ~numbered | (gap <= _NEAR_NUMBERS) | (edits <= 1)
        words = np.where(has_both, "other street", "").astype(object)
        words[is_street & is_near] = "street nearby"
        words[is_street & same_number] = "same street"
        return words

    def _phone(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        phone_a, phone_b = self.keys.phone[first], self.keys.phone[second]
        has_both = (phone_a != "") & (phone_b != "")
        tails = pd.Series(self.keys.phone, dtype="str").str[-7:].to_numpy(dtype=object)
        lengths = pd.Series(self.keys.phone, dtype="str").str.len().to_numpy()
        is_short = (lengths[first] == 7) | (lengths[second] == 7)
        same = np.where(
            is_short, tails[first] == tails[second], phone_a == phone_b
        ).astype(bool)
        words = np.where(has_both, "other phone", "").astype(object)
        words[has_both & same] = "same phone"
        words[has_both & same & self._is_desk[first]] = "phone of many"
        return words

    def _postcode(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        codes = self.keys.postcode
        areas = pd.Series(codes, dtype="str").str[:3].to_numpy(dtype=object)
        has_both = (codes[first] != "") & (codes[second] != "")
        words = np.where(has_both, "other postcode", "").astype(object)
        words[has_both & (areas[first] == areas[second])] = "postcode nearby"
        words[has_both & (codes[first] == codes[second])] = "same postcode"
        return words

    def _city(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        city_a, city_b = self.keys.city[first], self.keys.city[second]
        has_both = (city_a != "") & (city_b != "")
        same = has_both & (city_a == city_b)
        doubtful = np.flatnonzero(has_both & ~same)
        alike = cpdist(city_a[doubtful], city_b[doubtful], scorer=fuzz.token_set_ratio)
        words = np.where(has_both, "other city", "").astype(object)
        words[doubtful[alike >= _CITY_ALIKE]] = ""
        words[same] = "same city"
        return words

    def _place(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        lat, lon = self.keys.lat, self.keys.lon
        metres = haversine_m(lat[first], lon[first], lat[second], lon[second])
        has_both = np.isfinite(metres)
        words = np.full(len(first), "", dtype=object)
        words[has_both & (metres > _FAR_M)] = "place far"
        words[has_both & (metres <= _NEAR_M)] = "place nearby"
        words[has_both & (metres <= _SAME_PLACE_M)] = "same place"
        return words

    def _names(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Compare names: rare letter triples weigh more, word order does not count."""
        first_grams, right = self._grams[first], self._grams[second]
        cosine = np.asarray(first_grams.multiply(right).sum(axis=1)).ravel()
        name_a, name_b = self.keys.name[first], self.keys.name[second]
        sort = cpdist(name_a, name_b, scorer=fuzz.token_sort_ratio) / 100
        return np.clip(np.maximum(cosine, np.where(sort >= 0.85, sort, 0)), 0, 1)

    def _numbers_differ(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Tell names that are numbered differently: Store 12 is not Store 13."""
        names = pd.Series(self.keys.name, dtype="str")
        numbers = names.str.findall(r"\b(?:\d+|i{1,3}|iv|v)\b").str.join(" ")
        texts = numbers.to_numpy(dtype=object)
        said_a, said_b = texts[first], texts[second]
        return (said_a != said_b) & (said_a != "") & (said_b != "")


def _place_points(evidence: pd.DataFrame) -> np.ndarray:
    """Add up all but the names; a place counts once, as street or as coordinates."""
    points = np.full(len(evidence), POINTS["start"])
    for part in evidence.columns:
        of_part = evidence[part].map({"": 0.0, **POINTS}).to_numpy(dtype=float)
        if part == "place":
            is_told = (evidence["street"] == "same street").to_numpy() & (of_part > 0)
            of_part = np.where(is_told, 0.0, of_part)
        points += of_part
    return points


def score_of(points: np.ndarray) -> np.ndarray:
    """Turn points into a score between 0 and 1."""
    return 1.0 / (1.0 + np.exp(-np.asarray(points, dtype=float)))


def points_of(score: float) -> float:
    """Return the points that a score stands for."""
    return float(np.log(score / (1.0 - score)))


def reasons_of(evidence: pd.DataFrame) -> pd.Series:
    """
    Say in words why pairs are alike, and what speaks against it.

    Parameters
    ----------
    evidence : shape (n_pairs, n_parts)
        As `Likeness.points` gives it.
    """
    percent = (evidence["name"] * 100).round().astype(int).astype("str")
    names = "names " + percent + " % alike"
    for part in ("street", "phone", "postcode", "city", "place"):
        words = evidence[part].astype("str")
        names = names + (", " + words).where(words != "", "")
    names = names + np.where(
        evidence["numbers differ"], ", numbers in the names differ", ""
    )
    return names.astype("str")


def _gram_weights(names: np.ndarray) -> sp.csr_matrix:
    """Weigh the letter triples of names by how rare they are; rows of length 1."""
    code_by_gram: dict[str, int] = {}
    starts: list[int] = [0]
    columns: list[int] = []
    for name in names.tolist():
        padded = f" {name} "
        grams = {padded[at : at + _GRAM] for at in range(len(padded) - _GRAM + 1)}
        columns.extend(
            code_by_gram.setdefault(gram, len(code_by_gram)) for gram in sorted(grams)
        )
        starts.append(len(columns))
    ones = np.ones(len(columns))
    shape = (len(names), max(len(code_by_gram), 1))
    matrix = sp.csr_matrix((ones, columns, starts), shape=shape)
    n_with = np.bincount(columns, minlength=shape[1]) if columns else np.zeros(shape[1])
    rarity = np.log((len(names) + 1) / np.maximum(n_with, 1))
    weighted = matrix.multiply(rarity[None, :]).tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sp.diags_array(1 / np.where(length > 0, length, 1)) @ weighted


def _is_common(values: np.ndarray, houses: pd.Series) -> np.ndarray:
    """Tell whose value is shared by accounts in more than a few streets."""
    frame = pd.DataFrame({"value": values, "house": houses})
    n_houses = frame.groupby("value")["house"].nunique()
    return (frame["value"].map(n_houses) > _CHAIN_STREETS).to_numpy() & (values != "")


def _whole(numbers: np.ndarray) -> np.ndarray:
    return pd.to_numeric(pd.Series(numbers, dtype="str"), errors="coerce").to_numpy()
