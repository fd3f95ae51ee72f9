"""The planner's pages run on the sample company, and do what their buttons say."""

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from planner.jobs import queue
from planner.services.accounts import segments
from planner.services.balance import proposal
from planner.services.drafts import editing
from planner.services.scenarios import listing
from planner.services.territories import accounts
from planner.services.territories import view as territory_view
from planner.store import jobs
from planner.territory.editing.moves import Move
from planner.ui.views.workbench.workbench import Choice

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("home", "accounts", "segments", "territories", "scenarios", "import_data")
RUN_S = 60


def turn_to(app, name):
    return app.switch_page(f"planner/ui/pages/{name}.py").run()


def boxes(app):
    """Give the text of all HTML on the page, error boxes among it, style sheets not."""
    html = " ".join(str(block.proto.body) for block in app.get("html"))
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def sent_to(app, component):
    """Give what a component of ours was sent."""
    protos = [element.proto for element in app.get("bidi_component")]
    return next(
        json.loads(proto.json) for proto in protos if proto.component_name == component
    )


def balance_of(app):
    """Give what the balance table was sent."""
    return sent_to(app, "balance_table")


def draft(ws):
    return next(s for s in listing.scenarios(ws) if s.status == "draft")


def a_result(ws, scenario):
    """Make what a balance job would: one county goes to another territory."""
    view = territory_view.overview(ws, scenario.scenario_id)
    by_unit = view.units["territory_id"].copy()
    moved = by_unit.index[by_unit == "T15"][0]
    by_unit[moved] = "T16"
    return {
        "territory_by_unit": by_unit.to_dict(),
        "report": {"measures": {}, "blocking": []},
        "reasons": {moved: "T16 is below its share"},
        "summary": "one county",
        "params": {},
    }


def finish_job(ws, scenario, result):
    job_id = queue.submit(
        ws.store, ws.company_id, scenario.scenario_id, "balance", {}, ws.user
    )
    queue.finish(ws.store, queue.claim(ws.store, "W-test"), result)
    return job_id


@pytest.mark.parametrize("name", [*PAGES, "upkeep"])
def test_the_page_opens_without_a_fault(app, name):
    turn_to(app, name)
    assert not app.exception
    assert "pl-box-fault" not in boxes(app)
    assert "pl-title" in boxes(app)


@pytest.mark.parametrize("name", [*PAGES, "upkeep"])
def test_an_empty_company_gets_an_invitation_not_a_fault(app, ws, name):
    from planner.services.company.companies import start_empty_company

    opened = start_empty_company(ws, "Blank", "USD", pd.Timestamp("2026-11-20").date())
    app.session_state["company_id"] = opened.company_id
    turn_to(app, name)
    assert not app.exception
    assert "pl-box-fault" not in boxes(app)


def test_home_says_that_the_sample_is_simulated_and_where_the_plan_stands(app):
    turn_to(app, "home")
    assert "simulated" in app.info[0].value
    text = " ".join(caption.value for caption in app.caption)
    assert "3,000 accounts" in text
    assert "24 territories" in text


def test_the_sample_is_opened_not_loaded_twice(app, ws):
    from planner.services import workspace

    turn_to(app, "home")
    app.button(key="home-sample").click().run()
    assert not app.exception
    assert len(workspace.companies(ws)) == 1


@pytest.mark.parametrize("colour", ["Owner", "Segment", "Last visit", "Score"])
def test_accounts_can_be_coloured_each_way(app, colour):
    turn_to(app, "accounts")
    app.segmented_control(key="acc-colour").set_value(colour).run()
    assert not app.exception
    assert f"by {colour.lower()}" in " ".join(m.value for m in app.markdown)


def test_filters_narrow_the_accounts_and_an_empty_answer_is_said(app):
    turn_to(app, "accounts")
    app.multiselect(key="acc-segment").set_value(["Enterprise"]).run()
    n_shown = len(app.dataframe[0].value)
    assert 0 < n_shown < 400
    app.text_input(key="acc-text").set_value("no such name anywhere").run()
    assert not app.exception
    assert "No account fits" in boxes(app)


def test_one_account_shows_its_facts(app, ws):
    rows = accounts.account_list(ws, draft(ws).scenario_id)
    name = rows.index[rows["status"] == "customer"][0]
    turn_to(app, "accounts")
    app.session_state["acc-chosen"] = name
    app.run()
    assert not app.exception
    assert name in boxes(app)
    labels = [tab.label for tab in app.tabs]
    assert labels[0].startswith("Deals ")
    app.button(key="acc-close").click().run()
    assert not app.tabs


def test_the_cross_table_is_shown_by_each_grouping(app):
    turn_to(app, "segments")
    for by in ("employees", "rating", "annual_revenue", "industry"):
        app.segmented_control(key="seg-by").set_value(by).run()
        assert not app.exception
        assert "pl-heat" in boxes(app)
    assert app.button(key="seg-save").disabled


def edit_first_rule(app, expression):
    """Stand in for typing into the table, which AppTest cannot do."""
    turn_to(app, "segments")
    frame = app.session_state["seg-frame"].copy()
    frame.loc[0, "expression"] = expression
    app.session_state["seg-frame"] = frame
    app.session_state["seg-turn"] += 1
    app.run()


def test_an_edited_rule_shows_what_saving_would_change(app, ws):
    edit_first_rule(app, "status = 'customer' and employees >= 300")
    assert any(s.value.startswith("Saving would change") for s in app.subheader)
    app.button(key="seg-save").click().run()
    assert not app.exception
    assert "300" in segments.saved_rules(ws)[0].expression
    assert app.button(key="seg-save").disabled


def test_a_rule_that_cannot_be_read_is_named_with_its_place(app, ws):
    before = segments.saved_rules(ws)
    edit_first_rule(app, "employeees >= 300")
    text = boxes(app)
    assert "A rule cannot be read" in text
    assert "Enterprise" in text
    assert "employeees" in text
    assert app.button(key="seg-save").disabled
    assert segments.saved_rules(ws) == before


def choose(app, scenario, units=(), accounts=()):
    """Stand in for choosing on the map, which AppTest cannot do."""
    found = Choice(units=dict.fromkeys(units), accounts=dict.fromkeys(accounts))
    app.session_state["wb-choice"] = {scenario.scenario_id: found}
    app.run()


def saved_of(ws, scenario):
    return territory_view.overview(ws, scenario.scenario_id).units["territory_id"]


def test_units_are_assigned_seen_pending_undone_and_accepted(app, ws):
    scenario = draft(ws)
    chosen = list(saved_of(ws, scenario).pipe(lambda s: s.index[s == "T15"])[:2])
    turn_to(app, "territories")
    assert app.button(key="terr-apply").disabled
    assert app.button(key="terr-undo").disabled
    choose(app, scenario, chosen)
    assert "**2 units**" in " ".join(m.value for m in app.markdown)
    app.selectbox(key="terr-target").set_value("T16").run()
    app.button(key="terr-apply").click().run()
    assert not app.exception
    table = balance_of(app)
    assert [table["rows"][place][0] for place in table["changed"]] == ["T15", "T16"]
    assert listing.scenario(ws, scenario.scenario_id).version == scenario.version
    assert not app.session_state["wb-choice"][scenario.scenario_id]
    app.button(key="terr-undo").click().run()
    assert balance_of(app)["changed"] == []
    assert app.button(key="terr-accept").disabled
    app.button(key="terr-redo").click().run()
    app.button(key="terr-accept").click().run()
    assert not app.exception
    assert set(saved_of(ws, scenario)[chosen]) == {"T16"}
    assert balance_of(app)["changed"] == []


def test_locked_things_stay_and_this_is_told(app, ws):
    scenario = draft(ws)
    chosen = list(saved_of(ws, scenario).pipe(lambda s: s.index[s == "T15"])[:3])
    turn_to(app, "territories")
    choose(app, scenario, chosen[:1])
    app.button(key="terr-lock").click().run()
    choose(app, scenario, chosen)
    app.selectbox(key="terr-target").set_value("T16").run()
    app.button(key="terr-apply").click().run()
    assert any("1 is locked and stays" in c.value for c in app.caption)
    app.button(key="terr-accept").click().run()
    assert saved_of(ws, scenario)[chosen].tolist() == ["T15", "T16", "T16"]


def test_another_s_save_goes_beneath_and_both_versions_are_shown(app, ws):
    scenario = draft(ws)
    mine, theirs = saved_of(ws, scenario).pipe(lambda s: s.index[s == "T15"])[:2]
    turn_to(app, "territories")
    choose(app, scenario, [mine])
    app.selectbox(key="terr-target").set_value("T16").run()
    app.button(key="terr-apply").click().run()
    bob = replace(ws, user="bob")
    opened = editing.open_draft(bob, scenario.scenario_id)
    move = Move(to="T17", unit_ids=(mine, theirs))
    editing.accept(bob, editing.do(bob, opened, move, "two to T17"))
    app.run()
    assert not app.exception
    said = " ".join(m.value for m in app.markdown)
    assert "bob saved this scenario" in said
    assert "You both changed these" in said
    app.button(key="terr-keep-mine").click().run()
    assert "bob saved" not in " ".join(m.value for m in app.markdown)
    app.button(key="terr-accept").click().run()
    after = saved_of(ws, scenario)
    assert (after[mine], after[theirs]) == ("T16", "T17")


def test_a_finished_balance_arrives_as_pending_changes(app, ws):
    scenario = draft(ws)
    before = saved_of(ws, scenario)
    result = a_result(ws, scenario)
    finish_job(ws, scenario, result)
    turn_to(app, "territories")
    assert not app.exception
    assert any("**Balance**" in m.value for m in app.markdown)
    assert saved_of(ws, scenario).equals(before)
    app.button(key="terr-accept").click().run()
    assert not app.exception
    assert saved_of(ws, scenario).to_dict() == result["territory_by_unit"]
    assert not any("**Balance**" in m.value for m in app.markdown)


def test_a_rejected_balance_changes_nothing_and_comes_back_by_undo(app, ws):
    scenario = draft(ws)
    finish_job(ws, scenario, a_result(ws, scenario))
    turn_to(app, "territories")
    app.button(key="terr-reject").click().run()
    assert app.button(key="terr-accept").disabled
    another = turn_to(
        AppTest.from_file(str(ROOT / "pages.py"), default_timeout=RUN_S), "territories"
    )
    assert another.button(key="terr-accept").disabled
    assert listing.scenario(ws, scenario.scenario_id).version == scenario.version
    another.button(key="terr-undo").click().run()
    assert not another.button(key="terr-accept").disabled


def test_steps_are_listed_and_problems_counted(app, ws):
    scenario = draft(ws)
    units = list(saved_of(ws, scenario).pipe(lambda s: s.index[s == "T15"])[:1])
    turn_to(app, "territories")
    choose(app, scenario, units)
    app.selectbox(key="terr-target").set_value("–").run()
    app.button(key="terr-apply").click().run()
    app.segmented_control(key="terr-below").set_value("Problems").run()
    assert not app.exception
    assert any("Unassigned" in m.value for m in app.markdown)
    app.segmented_control(key="terr-below").set_value("History").run()
    assert not app.exception
    assert "Move 1 unit to no territory" in app.dataframe[0].value["label"].tolist()
    for part in ("Coverage", "List", "Changes"):
        app.segmented_control(key="terr-below").set_value(part).run()
        assert not app.exception


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("home", "pl-title"),
        ("accounts", "No accounts yet"),
        ("territories", "No units yet"),
        ("quotas", "No positions yet"),
        ("scenarios", "pl-title"),
        ("my_day", "No visits planned yet"),
        ("my_pay", "has not been run yet"),
        ("company", "No plan in force yet"),
        ("pay_runs", "Nothing is published yet"),
    ],
)
def test_a_scenario_of_an_empty_company_breaks_no_page(app, ws, name, said):
    from planner.services.company.companies import start_empty_company

    opened = start_empty_company(ws, "Blank", "JPY", pd.Timestamp("2026-11-20").date())
    listing.start(opened, "Draft 1")
    app.session_state["company_id"] = opened.company_id
    turn_to(app, name)
    assert not app.exception
    assert "pl-box-fault" not in boxes(app)
    assert said in boxes(app)


def test_a_failed_job_says_why(app, ws):
    scenario = draft(ws)
    queue.submit(ws.store, ws.company_id, scenario.scenario_id, "balance", {}, ws.user)
    queue.fail(ws.store, queue.claim(ws.store, "W-test"), "County 17031 is too large")
    turn_to(app, "territories")
    assert "County 17031 is too large" in boxes(app)
    app.button(key="terr-dismiss").click().run()
    assert "County 17031" not in boxes(app)


def test_quotas_set_by_two_at_once_lose_nothing(app, ws):
    scenario = draft(ws)
    turn_to(app, "quotas")
    mine = app.number_input(key=f"quo-target-{scenario.scenario_id}")
    mine.set_value(42_000_000)
    listing.rename(ws, scenario.scenario_id, scenario.version, "Renamed meanwhile")
    app.button[0].click().run()
    assert "Someone saved Renamed meanwhile meanwhile" in boxes(app)
    assert listing.scenario(ws, scenario.scenario_id).version == scenario.version + 1
    key = f"quo-target-{scenario.scenario_id}"
    assert app.number_input(key=key).value == 42_000_000
    app.button(key="quo-reload").click().run()
    assert "meanwhile</div>" not in boxes(app)
    next(b for b in app.button if b.label == "Set quotas").click().run()
    assert not app.exception
    assert listing.quota_total(ws, scenario.scenario_id) == ("2027", 42_000_000_00)


def test_a_job_whose_worker_is_gone_gets_another(app, ws, monkeypatch):
    asked = []
    monkeypatch.setattr("planner.ui.session.ensure_worker", asked.append)
    scenario = draft(ws)
    queue.submit(ws.store, ws.company_id, scenario.scenario_id, "balance", {}, ws.user)
    held = queue.claim(ws.store, "W-test")
    turn_to(app, "territories")
    assert asked == []  # it showed life just now
    with ws.store.transaction() as conn:
        jobs.update_held(conn, held, heartbeat_at="2026-11-20T08:00:00.000000Z")
    app.run()
    assert asked == [ws.store.url]
    app.run()
    assert len(asked) == 1  # not asked each second
    assert not app.exception


def test_a_published_scenario_is_read_only_until_cloned(app, ws):
    base = next(s for s in listing.scenarios(ws) if s.status == "published")
    turn_to(app, "territories")
    app.session_state["scenario_id"] = base.scenario_id
    app.run()
    assert any("does not change any more" in c.value for c in app.caption)
    app.button(key="terr-clone").click().run()
    assert not app.exception
    assert len(listing.scenarios(ws)) == 3


def test_scenarios_stand_side_by_side(app):
    turn_to(app, "scenarios")
    assert not app.exception
    assert "pl-cmp" in boxes(app)
    assert len(app.dataframe) == 2


def upload(app, name, content):
    app.file_uploader[0].set_value((name, content, "text/csv")).run()


LIST = b"""Customer No,Company,Latitude,Longitude,Sector,Country
1,Alpha,43.07,-89.40,Food,US
2,Beta,43.04,-87.91,Food,US
3,,43.04,-87.91,Food,US
4,Delta,52.5,13.4,Food,DE
"""


def test_a_list_is_checked_then_imported_as_a_company(app, ws):
    from planner.services import workspace

    turn_to(app, "import_data")
    upload(app, "list.csv", LIST)
    assert not app.exception
    app.button(key="imp-go").click().run()
    text = boxes(app)
    assert "Rows read" in text
    label = app.button(key="imp-go").label
    assert label == "Import 3 accounts"
    app.button(key="imp-go").click().run()
    assert not app.exception
    assert any("3 accounts imported, 1 refused" in s.value for s in app.success)
    assert workspace.companies(ws)[0].kind == "own"


def test_an_empty_file_is_refused_with_a_reason_and_nothing_is_made(app, ws):
    from planner.services import workspace

    turn_to(app, "import_data")
    upload(app, "empty.csv", b"\n")
    assert "empty" in boxes(app)
    assert len(workspace.companies(ws)) == 1


def test_a_file_without_usable_rows_cannot_be_imported(app):
    turn_to(app, "import_data")
    upload(app, "bad.csv", b"id,name\n1,\n")
    app.button(key="imp-go").click().run()
    assert app.button(key="imp-go").disabled
    assert any("Cannot be taken" in s.value for s in app.subheader)


def test_the_store_is_examined_and_backed_up(app):
    turn_to(app, "upkeep")
    app.button(key="upk-examine").click().run()
    assert any("sound" in s.value for s in app.success)
    app.button(key="upk-backup").click().run()
    assert not app.exception
    assert app.session_state["upk-backup-file"]


def download_of(app):
    (button,) = app.get("download_button")
    return button.proto.label, button.proto.url


def test_a_backup_is_made_anew_each_time_and_offered_for_minutes(app, ws):
    """Each says when it was made; one from long ago is let go, not handed out."""
    turn_to(app, "upkeep")
    app.button(key="upk-backup").click().run()
    made_at, content = app.session_state["upk-backup-file"]
    label, address = download_of(app)
    assert f"{made_at:%H:%M} UTC" in label
    with ws.store.transaction() as conn:
        conn.exec_driver_sql("INSERT INTO meta VALUES ('since', 'then')")
    app.button(key="upk-backup").click().run()
    again_at, again = app.session_state["upk-backup-file"]
    assert again_at > made_at
    assert again != content
    assert download_of(app)[1] != address
    long_ago = again_at - dt.timedelta(minutes=11)
    app.session_state["upk-backup-file"] = (long_ago, again)
    app.run()
    assert "upk-backup-file" not in app.session_state
    assert list(app.get("download_button")) == []


def test_damaged_rows_of_jobs_stop_no_page(app, ws):
    company_id = ws.company_id
    for kind in ("pay", "balance", "visits", "frontier", "headcount", "geocode"):
        queue.submit(ws.store, company_id, None, kind, {}, "ann")
    with ws.store.transaction() as conn:
        conn.exec_driver_sql(
            "UPDATE job SET params = 'no JSON', result = '[', fraction = 'half', "
            "created_at = 'Monday', started_at = 'x', finished_at = 'y', state = 'done'"
        )
    for page in ("territories", "my_day", "pay_runs", "health", "upkeep"):
        turn_to(app, page)
        assert not app.exception
        assert "cannot be shown" not in boxes(app), page


def test_a_rerun_of_the_territories_reads_nothing_anew(app, monkeypatch):
    turn_to(app, "territories")
    calls = []
    monkeypatch.setattr(proposal, "overview", lambda *args: calls.append(args))
    app.selectbox(key="terr-colour").set_value("Deviation").run()
    assert not app.exception
    assert calls == []
