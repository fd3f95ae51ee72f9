"""Entries of a plan document into checked components; every message names the place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from planner.commissions.plans.components import (
    Component,
    Condition,
    Limit,
    Measure,
    RateTable,
    Tier,
)
from planner.core.errors import InputError
from planner.core.money import parse_minor
from planner.core.units import PPM

HIGHEST_BOUND = 10  # as a share of the quota: attainment tiers end far below


def read_date(text: str, place: str) -> dt.date:
    """Read a day of the calendar."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{place}: {text} is no day of the calendar") from None


def _share(value: Any) -> Decimal:
    """Read ``0.04`` or ``4%``."""
    text = str(value)
    if text.endswith("%"):
        return Decimal(text.removesuffix("%").strip()) / 100
    return Decimal(text)


def _rate(value: Any, place: str) -> int:
    """Read a rate; one that pays the whole amount or more is a percentage."""
    share = _share(value)
    if share >= 1:
        percent = f"{(share * 100).normalize():f}"
        raise InputError(f"{place}: {value} is {percent} %; {_repair(value)}")
    return _ppm(value, place)


def _repair(value: Any) -> str:
    number = str(value).removesuffix("%").strip()
    share = f"{(Decimal(number) / 100).normalize():f}"
    return f"for {number} per cent write {share} or {number}%"


def _ppm(value: Any, place: str) -> int:
    ppm = _share(value) * PPM
    if ppm != ppm.to_integral_value():
        raise InputError(f"{place}: {value} must have at most 6 decimals")
    return int(ppm)


def _money(value: Any, currency: str, place: str) -> int:
    try:
        return parse_minor(str(value), currency)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


def _conditions(items: Any, currency: str, place: str) -> tuple[Condition, ...]:
    return tuple(
        _condition(item, currency, f"{place}.where[{number}]")
        for number, item in enumerate(items or ())
    )


def _condition(item: Mapping[str, Any], currency: str, place: str) -> Condition:
    field, op, value = item["field"], item["op"], item["value"]
    is_number = field in {"term_months", "deal_amount"}
    is_list = op in {"in", "not_in"}
    if is_list != isinstance(value, list):
        kind = "a list of texts" if is_list else "one value"
        raise InputError(f"{place}: {op} needs {kind}, got {value}")
    is_order = op in {"ge", "gt", "le", "lt"}
    if (is_number and is_list) or (is_order and not is_number):
        raise InputError(f"{place}: {op} does not fit the field {field}")
    if field == "deal_amount":
        return Condition(field=field, op=op, value=_money(value, currency, place))
    if field == "term_months":
        if not str(value).isdigit():
            raise InputError(f"{place}: {value} must be a whole number of months")
        return Condition(field=field, op=op, value=int(str(value)))
    operand = tuple(value) if is_list else str(value)
    return Condition(field=field, op=op, value=operand)


def read_measure(item: Mapping[str, Any], currency: str, number: int) -> Measure:
    """Compile entry `number` of `measures`."""
    return Measure(
        code=item["code"],
        name=item.get("name", item["code"].replace("_", " ")),
        credit_type=item["credit_type"],
        kind=item["kind"],
        accumulation=item.get("accumulation", "year"),
        where=_conditions(item.get("where"), currency, f"measures[{number}]"),
    )


def read_table(item: Mapping[str, Any], currency: str, number: int) -> RateTable:
    """Compile entry `number` of `rate_tables`: from 0, without gap, open at the end."""
    place = f"rate_tables[{number}]"
    by_quota = item["dimension"] == "attainment"
    tiers: list[Tier] = []
    for row, raw in enumerate(item["tiers"]):
        at = f"{place}.tiers[{row}]"
        bounds = [
            None
            if raw[end] is None
            else _ppm(raw[end], f"{at}.{end}")
            if by_quota
            else _money(raw[end], currency, f"{at}.{end}")
            for end in ("from", "to")
        ]
        rate_ppm = _rate(raw["rate"], f"{at}.rate")
        tiers.append(Tier(lower=bounds[0] or 0, upper=bounds[1], rate_ppm=rate_ppm))
        bound = tiers[-2].upper if row else 0
        if tiers[-1].lower != bound:
            rule = "where the tier before ends" if row else "at 0"
            raise InputError(f"{at}.from: {raw['from']} must start {rule}")
        upper = tiers[-1].upper
        if upper is not None and upper <= tiers[-1].lower:
            raise InputError(f"{at}.to: {raw['to']} must lie above {raw['from']}")
    if tiers[-1].upper is not None:
        raise InputError(f"{place}: the last tier must end open (to: null)")
    return RateTable(
        table_id=item["id"],
        dimension=item["dimension"],
        tiers=tuple(tiers),
        bound=item.get("bound_belongs_to", ""),
    )


def read_component(
    item: Mapping[str, Any],
    place: str,
    currency: str,
    measures: Mapping[str, Measure],
    tables: Mapping[str, RateTable],
) -> Component:
    """Compile a component and check what its parts ask of each other."""
    kind = item["type"]
    if item["measure"] not in measures:
        names = ", ".join(measures)
        raise InputError(f"{place}.measure: {item['measure']} must be one of {names}")
    measure = measures[item["measure"]]
    table = _rates(item, place, tables)
    _check_fit(item, place, measure, table)
    limits = {
        name: Limit(
            amount_minor=_money(
                item[name]["amount"], currency, f"{place}.{name}.amount"
            ),
            per=item[name]["per"],
        )
        for name in ("cap", "floor")
        if name in item
    }
    window = item.get("window", {})
    days = {end: read_date(window[end], f"{place}.window.{end}") for end in window}
    if days and days["to"] <= days["from"]:
        raise InputError(f"{place}.window.to: {days['to']} must lie after from")
    amount_minor = _money(item.get("amount", 0), currency, f"{place}.amount")
    return Component(
        component_id=item["id"],
        name=item.get("name", item["id"].replace("_", " ")),
        type=kind,
        measure=measure,
        roles=tuple(item.get("roles", ())),
        positions=tuple(item.get("positions", ())),
        table=table,
        is_retroactive=kind == "retroactive",
        is_cliff=kind == "cliff",
        quota_measure=item.get("quota", {}).get("measure"),
        reversal=_reversal(item, place),
        bonus_minor=amount_minor if kind == "bonus" else 0,
        spif_minor=amount_minor if kind == "spif" else 0,
        from_on=days.get("from"),
        to_on=days.get("to"),
        where=_conditions(item.get("where"), currency, place),
        **limits,
    )


def _rates(
    item: Mapping[str, Any], place: str, tables: Mapping[str, RateTable]
) -> RateTable | None:
    """Find the component's tiers; a flat rate becomes one open tier."""
    kind = item["type"]
    if kind in {"bonus", "spif"}:
        expected = {"amount"}
    elif kind == "flat":
        expected = {"rate"}
    elif kind == "override":
        expected = {"rates"} if "rates" in item else {"rate"}
    else:
        expected = {"rates"}
    present = {"rate", "rates", "amount"} & set(item)
    if present != expected:
        rule = f"{kind} takes {' and '.join(sorted(expected))}"
        raise InputError(f"{place}: {rule}, got {', '.join(sorted(present)) or 'none'}")
    if "rate" in item:
        rate_ppm = _rate(item["rate"], f"{place}.rate")
        tier = Tier(lower=0, upper=None, rate_ppm=rate_ppm)
        return RateTable(table_id=item["id"], dimension="amount", tiers=(tier,))
    if kind == "bonus":
        return _reached(item, place)
    if "rates" not in item:
        return None
    if item["rates"] not in tables:
        raise InputError(f"{place}.rates: no rate table is called {item['rates']}")
    return tables[item["rates"]]


def _reached(item: Mapping[str, Any], place: str) -> RateTable:
    """Lay out below and from the attainment that a bonus is paid for."""
    at = _ppm(item.get("at", 1), f"{place}.at")
    if at <= 0:
        raise InputError(f"{place}.at: {item['at']} must lie above 0")
    tiers = (
        Tier(lower=0, upper=at, rate_ppm=0),
        Tier(lower=at, upper=None, rate_ppm=0),
    )
    return RateTable(
        table_id=item["id"], dimension="attainment", tiers=tiers, bound="upper"
    )


def _check_fit(
    item: Mapping[str, Any], place: str, measure: Measure, table: RateTable | None
) -> None:
    """Check what the parts of a component ask of each other."""
    kind = item["type"]
    by_quota = table is not None and table.dimension == "attainment"
    if by_quota and "quota" not in item:
        raise InputError(f"{place}: {_by_attainment(kind)} a quota")
    if not by_quota and "quota" in item:
        raise InputError(f"{place}.quota: only tiers by attainment take a quota")
    if by_quota and (measure.accumulation == "none" or kind == "cliff"):
        raise InputError(f"{place}: {_by_attainment(kind)} a measure that accumulates")
    if kind == "retroactive" and measure.accumulation == "none":
        raise InputError(f"{place}: retroactive needs a measure that accumulates")
    needs_bound = kind in {"retroactive", "cliff"}
    if needs_bound and table is not None and not table.bound:
        raise InputError(
            f"{place}: the tiers of {kind} must say bound_belongs_to: lower or upper"
        )
    if by_quota and table is not None:
        _check_bounds(table)
    if kind == "override" and measure.kind != "rolled":
        raise InputError(f"{place}.measure: override needs a measure of kind rolled")
    if kind != "bonus" and "at" in item:
        raise InputError(f"{place}.at: only a bonus is paid at an attainment")
    if kind != "spif" and "window" in item:
        raise InputError(f"{place}.window: only a spif has a window")


def _by_attainment(kind: str) -> str:
    return "a bonus needs" if kind == "bonus" else "tiers by attainment need"


def _check_bounds(table: RateTable) -> None:
    """Refuse bounds that are a thousand per cent of the quota and more."""
    for tier in table.tiers:
        if tier.lower >= HIGHEST_BOUND * PPM:
            bound = f"{(Decimal(tier.lower) / PPM).normalize():f}"
            raise InputError(
                f"rate table {table.table_id}: attainment {bound} is "
                f"{tier.lower * 100 // PPM} % of the quota; {_repair(bound)}"
            )


def _reversal(item: Mapping[str, Any], place: str) -> str:
    """Read how a cancellation is paid back."""
    kind = item["type"]
    if kind not in {"retroactive", "bonus"}:
        return str(item.get("reversal", "original_rate"))
    # later deals move the rate of earlier money, so a deal has no rate of its own
    if item.get("reversal") == "original_rate":
        thing = "a bonus" if kind == "bonus" else "retroactive tiers"
        verb = "needs" if kind == "bonus" else "need"
        raise InputError(f"{place}.reversal: {thing} {verb} current_rate")
    return "current_rate"
