"""
What hostile files cost: each in a process of its own, CPU and memory measured.

Wanted: refused in under a second of CPU and 50 MB above a process that has read a
sound file. The bound here is three times the second, for loaded machines.
"""

from __future__ import annotations

import socket
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from benchmarks.processes import start_apart
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError
from tests.accounts.test_hostile import ARCHIVES, archive, in_sheet

MOST_CPU_S, MOST_MB = 3.0, 50.0
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "'
    + "a" * 1000
    + '">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(8))
    + "]><kml><Document><Placemark><name>&i;</name></Placemark></Document></kml>"
).encode()
DEEP_KML = b"<kml>" + b"<Folder>" * 100_000
COSTLY = {
    **{name: ("x.zip", make) for name, (make, _) in ARCHIVES.items()},
    "one line without end": ("x.csv", lambda: b"a" * 200_000_000),
    "digits without end": (
        "x.csv",
        lambda: b"account_id,name,lat,lon\n1,A,41,-87\n2,B," + b"9" * 10_000_000,
    ),
    "a hundred thousand columns": (
        "x.csv",
        lambda: b",".join(b"c%d" % n for n in range(100_000)) + b"\n1",
    ),
    "a hundred thousand levels": (
        "x.geojson",
        lambda: b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
    ),
    "entities in a KML": ("x.kml", lambda: ENTITIES),
    "a deep KML": ("x.kml", lambda: DEEP_KML),
    "a bomb in a KMZ": ("x.kmz", lambda: archive(("doc.kml", b" " * 300_000_000))),
    "a sheet of any size": (
        "x.xlsx",
        lambda: in_sheet(b'ref="A1:D2"', b'ref="A1:XFD1048576"'),
    ),
    "a cut Parquet": ("x.parquet", lambda: b"PAR1" + b"\x00" * 5000 + b"PAR1"),
}


def read_one(told: Connection, name: str, folder: str) -> None:
    """Read one hostile file in this process; tell what it cost and how it ended."""
    filename, make = COSTLY[name]
    path = Path(folder) / filename
    path.write_bytes(make())
    read_source(b"account_id,name,lat,lon\n1,A,41,-87\n", "sound.csv")
    base_kb = rss_kb()
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    begin = time.process_time()
    try:
        read_source(path, "")
        ended = "read"
    except InputError:
        ended = "refused"
    cpu_s = time.process_time() - begin
    told.send((ended, cpu_s, (peak_kb() - base_kb) / 1024))


def rss_kb() -> float:
    return _status("VmRSS:")


def peak_kb() -> float:
    return _status("VmHWM:")


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(key)).split()[1])


def measured(name, folder):
    process, told = start_apart(
        read_one, name, str(folder), preload="tests.accounts.test_hostile_cost"
    )
    answer = told.recv()
    process.join()
    assert process.exitcode == 0
    return answer


LINUX_ONLY = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc"
)


@LINUX_ONLY
@pytest.mark.parametrize("name", COSTLY)
def test_a_hostile_file_costs_little_and_nothing_falls_over(name, tmp_path):
    _, cpu_s, more_mb = measured(name, tmp_path)
    assert cpu_s < MOST_CPU_S, f"{cpu_s:.2f} s"
    assert more_mb < MOST_MB, f"{more_mb:.0f} MB"


def test_no_reader_reaches_for_another_host_or_file(tmp_path):
    """A listener and a secret file, named in every way a file can name them."""
    secret = tmp_path / "secret.csv"
    secret.write_text("account_id,name,lat,lon\n1,CANARY,41,-87\n")
    calls = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        def answer():
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                calls.append(1)
                caller.close()

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{port}/x.csv"
        vrt = f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{secret}'
        entity = f'<!DOCTYPE k [<!ENTITY a SYSTEM "file://{secret}">]><kml>&a;</kml>'
        linked = (
            f"<kml><NetworkLink><Link><href>{url}</href></Link></NetworkLink></kml>"
        )
        files = {
            "a.vrt": vrt,
            "b.gpkg": vrt,
            "c.kml": entity,
            "d.kml": linked,
            "e.geojson": f'{{"type":"Link","href":"{url}"}}',
            "f.csv": f"/vsicurl/{url}\n",
            "g.json": f'"{url}"',
        }
        for name, text in files.items():
            seen = _read_quietly(text.encode(), name)
            assert "CANARY" not in seen, name
        for name in (
            url,
            f"/vsicurl/{url}",
            f"file://{secret}",
            f"\\\\127.0.0.1\\{port}",
        ):
            assert "CANARY" not in _read_quietly(Path(name), "")
        time.sleep(0.2)
    assert calls == []


def _read_quietly(content, name):
    """Read what can be read of it, as text; nothing of what is refused."""
    try:
        return read_source(content, name).frame.to_csv()
    except InputError:
        return ""


@LINUX_ONLY
def test_the_measure_sees_what_a_process_takes():
    """80 MB taken are 80 MB seen, so that the bounds above mean something."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    base_kb = rss_kb()
    held = b"x" * 80_000_000
    taken_mb = (peak_kb() - base_kb) / 1024
    del held
    assert taken_mb > 60
