"""All outputs are proven before any work, and appear together or not at all."""

import os
import signal
import stat

import pytest

from planner.core.errors import InputError
from planner.core.files.outputs import Outputs
from planner.core.files.proofs import is_same_file
from planner.core.files.tables import write_bytes

LONG = "x" * 300


@pytest.fixture
def world(tmp_path):
    """Make an input of three names, a folder, a pipe nobody reads."""
    (tmp_path / "in.csv").write_text("id\n1\n")
    (tmp_path / "link.csv").symlink_to("in.csv")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "in.csv")
    (tmp_path / "there").symlink_to(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def work(outputs, content, error=None):
    """Write the same to all outputs, then fail."""
    with outputs:
        for name in ("--out", "--report"):
            if name in outputs:
                write_bytes(content, outputs[name])
        if error is not None:
            raise error


def content(folder):
    """Tell everything in a folder: names, bytes, rights."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
        if "there/" not in str(path)
    }


BAD = {
    "in.csv": "is also IN",
    "folder/../in.csv": "is also IN",
    "link.csv": "is also IN",
    "hard.csv": "is also IN",
    "there/in.csv": "is also IN",
    "store.sqlite": "is also the store",
    "there/store.sqlite": "is also the store",
    "store.sqlite-wal": "is also the store's -wal",
    "in.csv/out.csv": "cannot both be",
    "folder": "is a folder",
    "pipe": "no program reads",
    LONG: "File name too long",
    f"{LONG}/out.csv": "File name too long",
    "folder/a/b/" + LONG: "File name too long",
    "/proc/version/out.csv": "Not a directory",
    "/proc/none/out.csv": "cannot be written",
    "/sys/out.csv": "cannot be written",
}


@pytest.mark.parametrize("path", BAD)
def test_what_cannot_end_well_is_refused_before_any_work(world, path):
    store = {"the store": world / "store.sqlite"}
    store["the store's -wal"] = world / "store.sqlite-wal"
    before = content(world)
    outputs = Outputs(lambda: store)
    outputs.read("IN", world / "in.csv")
    outputs.file("--good", world / "new" / "good.csv")
    outputs.file("--out", world / path)
    has_worked = False
    with pytest.raises(InputError, match=BAD[path]) as caught, outputs:
        has_worked = True
    assert not has_worked
    assert "\n" not in str(caught.value)
    assert content(world) == before


@pytest.mark.parametrize(
    "other", ["out.csv", "./out.csv", "there/out.csv", "out.csv/r"]
)
def test_two_outputs_are_two_files(world, other):
    outputs = Outputs()
    outputs.file("--out", world / "out.csv")
    outputs.file("--report", world / other)
    with pytest.raises(InputError, match=r"--report .* --out"):
        outputs.check()


def test_devices_take_several_outputs(device):
    outputs = Outputs()
    for name in ("--out", "--report"):
        outputs.file(name, device(name, "/dev/null"))
    with outputs:
        write_bytes(b"x", outputs["--out"])
        write_bytes(b"x", outputs["--report"])


def test_a_suffix_that_is_not_known_is_told_at_once(tmp_path):
    with pytest.raises(InputError, match=r"must end in \.csv"):
        Outputs().file("--out", tmp_path / "plan", suffixes=[".csv"])


@pytest.mark.parametrize(
    ("path", "rule"), [("folder", "is a folder"), (f"{LONG}/in.csv", "cannot be read")]
)
def test_an_input_is_a_file_that_can_be_read(world, path, rule):
    outputs = Outputs()
    outputs.read("IN", world / path)
    with pytest.raises(InputError, match=rule):
        outputs.check()


def test_files_of_a_folder_are_compared_too(world):
    outputs = Outputs()
    outputs.read("IN", world / "in.csv")
    outputs.folder("--out", world, files=["summary.json", "in.csv"])
    with pytest.raises(InputError, match="is also IN"):
        outputs.check()
    outputs = Outputs()
    outputs.read("IN", world / "in.csv")
    outputs.folder("--out", world.parent, folders=[world.name])
    with pytest.raises(InputError, match="lies in"):
        outputs.check()


@pytest.mark.parametrize("kind", ["a folder", "a pipe"])
def test_what_stands_in_a_folder_under_a_files_name_is_seen(world, kind):
    name = {"a folder": "folder", "a pipe": "pipe"}[kind]
    outputs = Outputs()
    outputs.folder("--out", world, files=[name])
    with pytest.raises(InputError, match=kind.split()[1]):
        outputs.check()


def test_files_appear_together(tmp_path):
    (tmp_path / "out.csv").write_text("old")
    (tmp_path / "out.csv").chmod(0o640)
    outputs = Outputs()
    outputs.file("--out", tmp_path / "out.csv")
    outputs.file("--report", tmp_path / "new" / "r.json")
    outputs.folder("--all", tmp_path / "all", files=["a"], folders=["b"])
    with outputs:
        write_bytes(b"new", outputs["--out"])
        write_bytes(b"{}", outputs["--report"])
        write_bytes(b"a", outputs["--all"] / "a")
        write_bytes(b"c", outputs["--all"] / "b" / "c", private=True)
        assert (tmp_path / "out.csv").read_text() == "old"
        assert not (tmp_path / "new" / "r.json").exists()
    found = content(tmp_path)
    assert set(found) == {"out.csv", "new", "new/r.json", "all", "all/a", "all/b"} | {
        "all/b/c"
    }
    assert found["out.csv"] == (stat.S_IFREG | 0o640, b"new")
    assert found["all/b/c"][0] == stat.S_IFREG | 0o600
    assert outputs.written == (
        tmp_path / "out.csv",
        tmp_path / "new" / "r.json",
        tmp_path / "all",
    )


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_nothing_is_there(tmp_path, error):
    outputs = Outputs()
    outputs.file("--out", tmp_path / "new" / "deep" / "out.csv")
    with pytest.raises(error):
        work(outputs, b"new", error())
    assert content(tmp_path) == {}


def test_a_disk_that_fills_up_leaves_nothing_and_is_told(tmp_path, device):
    (tmp_path / "out.csv").write_text("old")
    outputs = Outputs()
    outputs.file("--out", tmp_path / "out.csv")
    outputs.file("--report", device("full", "/dev/full"))
    with pytest.raises(InputError, match=r"--report .*: No space left"):
        work(outputs, b"new")
    assert set(content(tmp_path)) == {"out.csv", "full"}
    assert (tmp_path / "out.csv").read_text() == "old"


def test_an_error_of_an_input_is_not_laid_on_an_output(tmp_path):
    outputs = Outputs()
    outputs.file("--out", tmp_path / "out.csv")
    missing = FileNotFoundError(2, "No such file", str(tmp_path / "in.csv"))
    with pytest.raises(FileNotFoundError, match=r"in\.csv"):
        work(outputs, b"new", missing)


def test_an_interrupt_while_files_are_put_waits_for_all(tmp_path, monkeypatch):
    link = os.link

    def interrupted(*paths):
        signal.raise_signal(signal.SIGINT)
        link(*paths)

    (tmp_path / "out.csv").write_text("old")  # kept by a link until all is well
    monkeypatch.setattr(os, "link", interrupted)
    outputs = Outputs()
    outputs.file("--out", tmp_path / "out.csv")
    outputs.file("--report", tmp_path / "r.json")
    with pytest.raises(KeyboardInterrupt):
        work(outputs, b"new")
    assert {name: kept for name, (_, kept) in content(tmp_path).items()} == {
        "out.csv": b"new",
        "r.json": b"new",
    }
    assert len(outputs.written) == 2


def test_names_that_differ_in_case_are_one_file_where_the_disk_says_so(
    tmp_path, monkeypatch
):
    from planner.core.files import proofs

    one, other = tmp_path / "Plan.csv", tmp_path / "plan.CSV"
    assert not is_same_file(one, other)
    monkeypatch.setattr(proofs, "_folds_case", lambda _: True)
    assert is_same_file(one, other)
