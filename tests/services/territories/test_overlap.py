"""Teams beside the owners: positions and publications of their own, laid over ours."""

import datetime as dt

import pandas as pd
import pytest

from planner.core.errors import InputError
from planner.services.quotas import setting
from planner.services.scenarios import listing, publishing
from planner.services.scenarios.publish_preview import preview_publish
from planner.services.territories import view as territory_view
from planner.services.territories.overlap import lay_over
from planner.store.company import team as team_rows
from planner.store.scenarios import lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios import quotas as quota_rows
from planner.store.upkeep.doctor import examine
from tests.gestures import accepted, assign
from tests.stores import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # rows of both databases are told apart in tests/store
FIRST, SECOND, THIRD = (dt.date(2026, month, 1) for month in (1, 4, 7))
MILWAUKEE, BROWN = "55079", "55009"


def draw(ws, scenario, *, second=MILWAUKEE):
    """Give one unit to T02 and the rest to T01; the scenario as saved."""
    view = territory_view.overview(ws, scenario.scenario_id)
    by_unit = pd.Series("T01", index=view.units.index)
    by_unit[second] = "T02"
    result = {"territory_by_unit": by_unit.to_dict()}
    accepted(ws, scenario.scenario_id, scenario.version, result)
    return listing.scenario(ws, scenario.scenario_id)


@pytest.fixture
def field(small):
    """Draw two territories of the field team."""
    return draw(small, listing.scenarios(small)[0])


@pytest.fixture
def service(small, field):  # noqa: ARG001 - the field team comes first
    """Draw two territories of the service team, cut elsewhere."""
    return draw(small, listing.start(small, "Depots", "Service"), second=BROWN)


def positions_of(ws, scenario):
    with ws.store.reading() as conn:
        known = scenario_rows.load_territories(conn, scenario.scenario_id)
        roles = team_rows.load_positions(conn, ws.company_id)["role"]
    return {name: (p, roles[p]) for name, p in known["position_id"].items()}


def held_on(ws, day, role):
    with ws.store.reading() as conn:
        rows = quota_rows.load_ownership(conn, ws.company_id, on=day)
    rows = rows[rows["role"] == role]
    return rows.groupby("account_id")["position_id"].agg(sorted).to_dict()


def test_a_team_beside_works_from_positions_of_its_own(small, field, service):
    assert service.team == "Service"
    assert positions_of(small, service) == {
        "T01": ("P-Service-T01", "overlay"),
        "T02": ("P-Service-T02", "overlay"),
    }
    assert {role for _, role in positions_of(small, field).values()} == {"rep"}


def test_a_copy_for_another_team_leaves_positions_and_quotas_behind(small, field):
    setting.set_quotas(
        small, field.scenario_id, field.version, target_minor=100_00, year=2026
    )
    same = listing.clone(small, field.scenario_id, "Same")
    copy = listing.clone(small, field.scenario_id, "Depots", " Field   service ")
    assert (same.team, copy.team) == ("Field", "Field service")
    assert positions_of(small, same) == positions_of(small, field)
    assert positions_of(small, copy)["T01"] == ("P-Field service-T01", "overlay")
    assert listing.quota_total(small, copy.scenario_id) is None
    assert listing.quota_total(small, same.scenario_id) is not None
    back = listing.clone(small, copy.scenario_id, "Back", "Field")
    assert positions_of(small, back) == positions_of(small, field)
    with pytest.raises(InputError, match="this one is of Field service"):
        setting.set_quotas(
            small, copy.scenario_id, copy.version, target_minor=100_00, year=2026
        )


@pytest.mark.parametrize("team", ["  ", "x" * 41])
def test_a_team_has_a_short_name(small, team):
    with pytest.raises(InputError, match="1 to 40 characters"):
        listing.start(small, "New", team)


def test_titles_tell_the_team_where_there_are_several(small, field, service):
    assert listing.titles([field]) == {field.scenario_id: field.name}
    told = listing.titles(listing.scenarios(small))
    assert told[service.scenario_id] == "Depots · Service"
    assert told[field.scenario_id] == f"{field.name} · Field"
    assert listing.teams(small) == ["Field", "Service", "Overlay"]


def test_publishing_a_team_leaves_the_owners_as_they_are(small, field, service):
    publishing.publish(small, field.scenario_id, field.version, FIRST)
    owners = held_on(small, SECOND, "owner")
    preview = preview_publish(small, service.scenario_id, SECOND)
    assert (preview.is_first, len(preview.changes), preview.n_owned) == (True, 0, 12)
    assert not any("quotas" in str(reason) for reason in preview.problems)
    publishing.publish(small, service.scenario_id, service.version, SECOND)
    assert held_on(small, SECOND, "owner") == owners
    beside = held_on(small, SECOND, "overlay")
    assert set(beside) == set(owners)
    assert {p for found in beside.values() for p in found} == {
        "P-Service-T01",
        "P-Service-T02",
    }
    assert held_on(small, FIRST, "overlay") == {}
    assert publishing.in_force(small, THIRD).scenario_id == field.scenario_id
    with small.store.reading() as conn:
        parts = publication_rows.load_publication_parts(conn, service.scenario_id)
    assert b'"team": "Service"' in parts["manifest.json"]
    assert parts["changes.csv"].count(b"\n") == 13
    assert examine(small.store) == []


def test_each_team_publishes_in_its_own_time(small, field, service):
    publishing.publish(small, field.scenario_id, field.version, FIRST)
    publishing.publish(small, service.scenario_id, service.version, FIRST)
    again = listing.clone(small, field.scenario_id, "Field, later")
    version = assign(small, again.scenario_id, [BROWN], "T02")
    publishing.publish(small, again.scenario_id, version, SECOND)
    beside = held_on(small, SECOND, "overlay")
    assert beside == held_on(small, FIRST, "overlay")  # owners changed, it did not
    assert held_on(small, SECOND, "owner") != held_on(small, FIRST, "owner")
    later = listing.clone(small, service.scenario_id, "Depots, later")
    with pytest.raises(InputError, match="choose another day"):
        publishing.publish(small, later.scenario_id, 1, FIRST)
    version = assign(small, later.scenario_id, [MILWAUKEE], None)
    publishing.publish(small, later.scenario_id, version, THIRD)
    gone = set(beside) - set(held_on(small, THIRD, "overlay"))
    assert len(gone) == 6  # those in Milwaukee: nobody of the team any more
    assert held_on(small, THIRD, "owner") == held_on(small, SECOND, "owner")


def test_a_position_that_stands_for_another_team_is_refused(small, field):
    publishing.publish(small, field.scenario_id, field.version, FIRST)
    with small.store.transaction() as conn:
        made = lineage.copy_scenario(
            conn, field.scenario_id, name="Depots", user="ann", team="Service"
        )
    with pytest.raises(InputError, match="already stands for another team"):
        preview_publish(small, made.scenario_id, SECOND)
    with pytest.raises(InputError, match="already stands for another team"):
        publishing.publish(small, made.scenario_id, made.version, SECOND)


def test_specialists_of_the_company_stay_beside_a_new_team(sample):
    """The sample's overlays by product and industry run on when a team publishes."""
    base = publishing.in_force(sample, dt.date(2026, 11, 20))
    made = listing.clone(sample, base.scenario_id, "Depots", "Service")
    day = publishing.suggested_start(sample, "Service")
    before = held_on(sample, day, "overlay")
    publishing.publish(sample, made.scenario_id, made.version, day)
    after = held_on(sample, day, "overlay")
    kept = {
        name: [p for p in found if not p.startswith("P-Service")]
        for name, found in after.items()
    }
    assert {name: found for name, found in kept.items() if found} == before
    assert held_on(sample, day, "owner")
    assert len(after) == len(held_on(sample, day, "owner"))


def test_who_works_with_whom_is_counted_by_accounts(small, field, service):
    found = lay_over(
        territory_view.overview(small, field.scenario_id),
        territory_view.overview(small, service.scenario_id),
    )
    rows = found.shared.set_index(["territory_id", "other_id"])
    # T02 of the field team is Milwaukee, T02 of the service team Brown County.
    assert rows["accounts"].to_dict() == {
        ("T02", "T01"): 6,
        ("T01", "T01"): 3,
        ("T01", "T02"): 3,
    }
    assert rows.loc[("T02", "T01"), "units"] == 1
    assert rows["units"].sum() == len(found.ours.units)
    assert (
        rows["potential_minor"].sum() == found.ours.territories["potential_minor"].sum()
    )
    assert rows["workload_min"].sum() == pytest.approx(
        found.ours.accounts["workload_min"].sum()
    )
    assert found.counterparts.to_dict() == {"T01": 2, "T02": 1}
    assert found.counterparts_theirs.to_dict() == {"T01": 2, "T02": 1}
