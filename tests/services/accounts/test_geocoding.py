"""An address service is asked once for an address, in turn, and only if it is set."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from planner.core.errors import InputError, ProviderError
from planner.core.results import SolveStatus
from planner.core.run import RunControl
from planner.services.accounts import geocoding, health, repairs
from planner.services.workspace import open_company, open_workspace
from planner.store.company import accounts as account_rows
from planner.store.imports import geocodes


@pytest.fixture
def service(monkeypatch):
    """Serve a Nominatim that knows every city but one, and takes notes."""
    monkeypatch.setattr(geocoding, "GAP_S", 0.05)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            self.server.asked.append(query)
            self.server.times.append(time.monotonic())
            status = 429 if len(self.server.asked) > self.server.patience else 200
            self.send_response(status)
            self.end_headers()
            found = [{"lat": "43.07", "lon": "-89.4", "place_rank": 30}]
            known = query.get("city") != ["Milwaukee"]
            self.wfile.write(json.dumps(found if known else []).encode())

        def log_message(self, *_args):
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.asked, served.times, served.patience = [], [], 1000
    served.url = f"http://127.0.0.1:{served.server_address[1]}"
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


@pytest.fixture
def asking(small, service):
    """Set the service for the small company: four addresses of three cities."""
    geocoding.set_geocoder(small, "nominatim", service.url)
    return small


IDS = [f"A{number:03d}" for number in range(12)]


def put_streets(ws):
    """Give every account its own street, so that there are twelve addresses."""
    with ws.store.transaction() as conn:
        accounts = account_rows.load_accounts(conn, ws.company_id)
        accounts["street"] = [f"{number} Main St" for number in range(len(accounts))]
        account_rows.update_accounts(conn, ws.company_id, accounts)


def test_nothing_is_asked_unless_a_service_is_set(small):
    assert geocoding.geocoder_choice(small).url == ""
    with pytest.raises(InputError, match="no address service is set"):
        geocoding.ask_addresses(small, IDS)
    with pytest.raises(InputError, match="no address service is set"):
        geocoding.known_places(small, _accounts(small))


def test_the_company_s_own_service_stands_above_the_deployment_s(small, service):
    deployed = replace(
        small,
        settings=replace(
            small.settings, geocoder_url="https://p.example.org", geocoder_kind="photon"
        ),
    )
    assert geocoding.geocoder_choice(deployed).source == "settings"
    assert geocoding.geocoder(deployed).name == "photon https://p.example.org"
    geocoding.set_geocoder(deployed, "nominatim", service.url)
    assert geocoding.geocoder_choice(deployed).source == "company"
    geocoding.set_geocoder(deployed, "nominatim", "")
    assert geocoding.geocoder_choice(deployed).source == "settings"
    with pytest.raises(InputError, match="must begin with https"):
        geocoding.set_geocoder(deployed, "nominatim", "file:///etc/passwd")


def test_each_address_is_asked_once_and_kept(asking, service):
    first = geocoding.ask_addresses(asking, IDS)
    assert (first.n_addresses, first.n_asked, first.n_left) == (3, 3, 0)
    assert (first.n_found, first.n_not_found) == (2, 1)
    second = geocoding.ask_addresses(asking, IDS)
    assert (second.n_asked, second.n_found, second.n_not_found) == (0, 2, 1)
    assert len(service.asked) == 3


def test_questions_keep_their_distance_across_all_who_use_the_store(asking, service):
    put_streets(asking)
    other = open_company(open_workspace(asking.settings))  # as another process has it
    halves = (asking, IDS[:6]), (other, IDS[6:])
    threads = [threading.Thread(target=geocoding.ask_addresses, args=h) for h in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.store.close()
    assert len(service.asked) == 12
    # Turns are 50 ms apart; an answer on its way may be late, never the whole line.
    assert service.times[-1] - service.times[0] >= 11 * geocoding.GAP_S * 0.8


def test_turns_are_given_one_after_the_other(store_of_turns):
    with store_of_turns.transaction() as conn:
        turns = [geocodes.take_turn(conn, 1000.0, 1.0) for _ in range(3)]
        later = geocodes.take_turn(conn, 2000.0, 1.0)
        wrong_clock = geocodes.take_turn(conn, 2000.0 - 86_400, 1.0)
    assert [*turns, later, wrong_clock] == [1000.0, 1001.0, 1002.0, 2000.0, -84_400.0]


@pytest.fixture
def store_of_turns(small):
    return small.store


def test_what_was_found_before_a_refusal_is_kept_and_gone_on_from(asking, service):
    put_streets(asking)
    service.patience = 5
    with pytest.raises(ProviderError, match=r"slow down.*The 5 answers of 12"):
        geocoding.ask_addresses(asking, IDS)
    service.patience = 1000
    rest = geocoding.ask_addresses(asking, IDS)
    assert (rest.n_asked, rest.n_left) == (7, 0)
    assert len(service.asked) == 13


def test_a_run_shows_progress_and_can_be_cancelled(asking, service):
    put_streets(asking)
    seen = []
    run = RunControl(
        on_progress=seen.append, is_cancelled=lambda: len(service.asked) >= 4
    )
    stopped = geocoding.ask_addresses(asking, IDS, run)
    assert stopped.status == SolveStatus.CANCELLED
    assert (stopped.n_asked, stopped.n_left) == (4, 8)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert seen[-1].note == "4 of 12 addresses asked"
    rest = geocoding.ask_addresses(asking, IDS)
    assert (rest.status, rest.n_asked) == (SolveStatus.FEASIBLE, 8)


def test_answers_become_a_repair_with_their_source_and_unit(asking):
    with asking.store.transaction() as conn:
        accounts = account_rows.load_accounts(conn, asking.company_id)
        accounts.loc[["A000", "A001", "A003"], ["lat", "lon"]] = 0.0
        account_rows.update_accounts(conn, asking.company_id, accounts)
    ids = health.rows(asking, "null_island").index.tolist()
    assert ids == ["A000", "A001", "A003"]
    geocoding.ask_addresses(asking, ["A000", "A001"])
    preview = repairs.preview_repair(asking, "null_island", "geocode", by="service")
    reasons = preview.held.set_index("account_id")["reason"]
    assert "does not know" in reasons["A001"]
    assert "not asked yet" in reasons["A003"]
    after = preview.after.loc["A000"]
    assert (after["lat"], after["lon"]) == (43.07, -89.4)
    assert (after["geo_source"], after["geo_precision"]) == ("geocoder", "exact")
    assert after["unit_id"] == "55025"
    repairs.apply_repair(asking, preview)
    assert health.rows(asking, "null_island").index.tolist() == ["A001", "A003"]


def _accounts(ws):
    with ws.store.reading() as conn:
        return account_rows.load_accounts(conn, ws.company_id)
