"""Traces of a country in headers and cells that are no address."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd

_LEAST_SHARE = 0.5  # of the filled cells of a column
_FEWEST = 2  # cells or words that are no chance
_PHONE_WORDS = re.compile(r"phone|tel|fax|mobil|handy|cell|fono", re.IGNORECASE)
_DIALLED = re.compile(r"^\s*(?:\+|00)\s?\(?(\d{1,3})")
_WEB = re.compile(r"(?:^|@|//|www\.)[\w.-]+\.([a-z]{2})(?:[/:?#]|\s*$)", re.IGNORECASE)
_NO_COUNTRIES = frozenset({"eu", "io", "co", "me", "tv", "ai", "ly", "to", "cc"})
_CURRENCY_SIGNS = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "r$": "BRL",
    "brl": "BRL",
    "chf": "CHF",
    "zł": "PLN",
    "pln": "PLN",
    "kč": "CZK",
    "czk": "CZK",
    "₹": "INR",
    "inr": "INR",
    "¥": "JPY",
    "jpy": "JPY",
    "₩": "KRW",
    "krw": "KRW",
    "₺": "TRY",
    "sek": "SEK",
    "dkk": "DKK",
    "nok": "NOK",
    "huf": "HUF",
    "mxn": "MXN",
    "cad": "CAD",
    "aud": "AUD",
    "usd": "USD",
    "us$": "USD",
    "$": "USD",
}
_SIGNED = re.compile(
    r"(?<![^\W\d_])("
    + "|".join(map(re.escape, sorted(_CURRENCY_SIGNS, key=len, reverse=True)))
    + r")(?![^\W\d_])",
    re.IGNORECASE,
)
_HEADERS = {
    "de": "plz postleitzahl ort stadt strasse straße hausnummer kunde kundennummer "
    "kundenname firma land umsatz bundesland telefon breitengrad längengrad gebiet "
    "vertreter bezeichnung debitor kundennr betreuer branche mitarbeiter",
    "fr": "ville codepostal cp adresse pays client raisonsociale chiffredaffaires "
    "nomclient codeclient departement région rue commune enseigne téléphone siret",
    "it": "cap città citta indirizzo cliente codicecliente ragionesociale provincia "
    "regione fatturato venduto comune agente telefono via partitaiva ultimavisita "
    "latitudine longitudine",
    "es": "ciudad codigopostal cp direccion cliente codigocliente razonsocial "
    "provincia municipio ventas pais nombre telefono calle facturacion poblacion "
    "vendedor comuna colonia",
    "pt": "cidade cep endereco endereço cliente codigocliente razaosocial razãosocial "
    "estado uf bairro município municipio faturamento vendas país telefone vendedor "
    "logradouro nomefantasia codigopostal morada localidade distrito",
    "nl": "plaats woonplaats postcode straat huisnummer klant klantnummer klantnaam "
    "omzet provincie bedrijf bedrijfsnaam telefoon land",
    "pl": "miasto kodpocztowy ulica klient nazwa województwo obrót telefon kraj",
    "sv": "ort postnummer postort gatuadress kund kundnummer företag omsättning land",
    "da": "by postnr postnummer vej kunde kundenummer firma omsætning land",
    "no": "poststed postnr postnummer gate kunde kundenummer firma omsetning land",
    "fi": "kaupunki postinumero katuosoite asiakas asiakasnumero yritys liikevaihto",
    "cs": "město mesto psč psc ulice zákazník zakaznik firma název obrat",
    "tr": "şehir sehir il ilçe postakodu adres müşteri musteri firma ciro",
    "en": "",
}
_LEGAL_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"gmbh|ohg|e\.?\s?k\.|gbr|e\.?\s?v\.|\bkg$|\bag & co", ("DE", "AT")),
    (r"s\.?r\.?l\.?s?|s\.?p\.?a\.|s\.?n\.?c\.|s\.?a\.?s\. di", ("IT",)),
    (r"sarl|s\.a\.r\.l\.?|sasu?|eurl|s\.a\.s\.?|sci", ("FR",)),
    (r"ltda\.?|eireli|s/a|\bme\b$|\bepp\b$", ("BR",)),
    (r"lda\.?", ("PT",)),
    (r"s\.?l\.?u?\.?|s\.l\.l\.", ("ES",)),
    (r"s\.?\s?a\.? de c\.?\s?v\.?|s\. de r\.l\.", ("MX",)),
    (r"b\.?v\.?|n\.v\.|v\.o\.f\.", ("NL",)),
    (r"sp\.? z ?o\.? ?o\.?|s\.a\. w", ("PL",)),
    (r"\bab\b", ("SE",)),
    (r"\bas\b|\basa\b", ("NO",)),
    (r"aps|a/s", ("DK",)),
    (r"\boyj?\b", ("FI",)),
    (r"s\.?r\.?o\.?", ("CZ", "SK")),
    (r"kft\.?|zrt\.?|nyrt\.?", ("HU",)),
    (r"pvt\.? ltd\.?|private limited", ("IN",)),
    (r"pty\.? ltd\.?", ("AU",)),
    (r"plc|ltd\.?|llp", ("GB",)),
    (r"llc|l\.l\.c\.|inc\.?|corp\.?", ("US",)),
)


def phone_codes(frame: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """
    Find the country codes that phone numbers begin with.

    Yields
    ------
    The code without plus, and the share of the numbers that have it.
    """
    for column in frame.columns:
        if not _PHONE_WORDS.search(str(column)):
            continue
        given = frame[column][frame[column] != ""].astype("str")
        digits = given.str.extract(_DIALLED)[0].dropna()
        if len(digits) < _FEWEST:
            continue
        # A number says no more than where its code ends: the commonest start wins.
        for length in (3, 2, 1):
            starts = Counter(digits.str[:length])
            start, n = starts.most_common(1)[0]
            if length == 1 and start not in {"1", "7"}:
                continue
            if n >= 0.8 * len(digits) and (length == 1 or start[0] not in "17"):
                if length == 3 and _is_two_digits(start):
                    continue
                yield start, n / len(given)
                break


def _is_two_digits(start: str) -> bool:
    """Tell whether a country code of two digits begins so (ITU-T E.164)."""
    two = int(start[:2])
    three = {21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85}
    return two not in three | {87, 88, 96, 97, 99}


def web_countries(frame: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """
    Find the countries that web and mail addresses end with.

    Yields
    ------
    Two letters, and the share of the addresses that end so.
    """
    for column in frame.columns:
        given = frame[column][frame[column] != ""].astype("str")
        sample = given.head(50)
        if sample.str.contains(r"\.[a-z]{2,}", regex=True, case=False).mean() < 0.5:
            continue
        ends = sample.str.extract(_WEB)[0].dropna().str.lower()
        for end, n in Counter(ends).most_common(1):
            if n >= _FEWEST and end not in _NO_COUNTRIES:
                yield "GB" if end == "uk" else end.upper(), n / len(sample)
                return


def legal_forms(names: pd.Series) -> Iterator[tuple[tuple[str, ...], float]]:
    """
    Find the countries whose legal forms stand at the end of names.

    Yields
    ------
    The countries that share a form, and the share of the names with it.
    """
    given = names[names != ""].str.strip()
    if given.empty:
        return
    for pattern, countries in _LEGAL_FORMS:
        n = int(
            given.str.contains(rf"[\s,](?:{pattern})\s*$", case=False, regex=True).sum()
        )
        if n >= _FEWEST and n / len(given) >= 0.15:
            yield countries, min(1.0, 2 * n / len(given))


def header_languages(columns: Sequence[str]) -> Iterator[tuple[str, float]]:
    """
    Tell in which languages the headers are.

    Yields
    ------
    The language, and how sure it is: 1 for three words or more that only it has.
    """
    headers = {
        _letters(part) for column in columns for part in (column, *column.split())
    }
    counts = {
        language: len(headers & {_letters(word) for word in words.split()})
        for language, words in _HEADERS.items()
    }
    most = max(counts.values())
    if most < _FEWEST:
        return
    for language, n in counts.items():
        if n == most:
            yield language, min(1.0, n / 3)


def _letters(text: str) -> str:
    """Reduce a header to its letters, without case and marks."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parted if sign.isalpha())


def currencies_in(
    columns: Sequence[str], frame: pd.DataFrame | None = None
) -> list[tuple[str, float]]:
    """
    Find the currencies that headers, else cells, name by sign or code.

    Parameters
    ----------
    columns
        The headers.
    frame
        The cells; None: only headers count.

    Returns
    -------
    The currency with most mentions and 1; nothing if none is named, or two are.
    """
    named = Counter(_named_in(columns))
    if not named and frame is not None:
        for column in frame.columns:
            cells = frame[column][frame[column] != ""].head(50).astype("str")
            is_money = cells[cells.str.contains(r"\d") & (cells.str.len() < 24)]
            signs = list(_named_in(is_money.tolist()))
            if len(signs) >= max(_FEWEST, _LEAST_SHARE * len(cells)):
                named.update(signs)
    return [(code, 1.0) for code in named] if len(named) == 1 else []


def _named_in(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        for sign in _SIGNED.findall(text):
            yield _CURRENCY_SIGNS[sign.lower()]
