"""A company's calculated measures: counted everywhere, in the audit log, removable."""

from __future__ import annotations

import pytest

from planner.core.errors import InputError, NotFoundError
from planner.services.admin import audit
from planner.services.company import calculated
from planner.services.company.companies import facts_stamp
from planner.services.scenarios import listing
from planner.services.territories.view import overview
from planner.store.audit.search import AuditQuery

COLUMN = "custom.Half"


def test_a_measure_is_counted_in_each_view_until_it_is_removed(small):
    scenario_id = listing.scenarios(small)[0].scenario_id
    before = facts_stamp(small)
    preview = calculated.add_measure(small, "Half", "potential / 2")
    assert facts_stamp(small) != before
    view = overview(small, scenario_id)
    potential = view.units["potential_minor"].sum() / 100
    assert view.units[COLUMN].sum() == pytest.approx(potential / 2)
    assert preview.total == pytest.approx(potential / 2)
    lines = audit.find(small, AuditQuery(company_id=small.company_id)).lines
    assert lines["after"].astype(str).str.contains("potential / 2").any()

    calculated.remove_measure(small, "Half")
    assert COLUMN not in overview(small, scenario_id).units
    assert facts_stamp(small) == before
    with pytest.raises(NotFoundError, match="'Half'"):
        calculated.remove_measure(small, "Half")


def test_no_more_measures_than_fit_and_none_twice(small):
    for number in range(calculated.MOST_CALCULATED):
        calculated.add_measure(small, f"M{number}", "employees + 1")
    with pytest.raises(InputError, match="at most"):
        calculated.add_measure(small, "One more", "employees")
    with pytest.raises(InputError, match="already"):
        calculated.add_measure(small, "m1", "employees")


def test_formulas_name_the_columns_of_numbers(small):
    accounts = overview(small, listing.scenarios(small)[0].scenario_id).accounts
    names = calculated.columns_of_formulas(accounts)
    assert {"potential", "employees"} <= set(names)
    assert not {"name", "account_id", "lat"} & set(names)
