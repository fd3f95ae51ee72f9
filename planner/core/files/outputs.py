"""
The files of one run: compared and proven before any work, put in place together.

A run names what it reads and what it will write, works inside ``with outputs:``, and
writes to scratch paths. What could not end well is refused at once; at the end all of
them appear, or none does.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from planner.core.errors import InputError
from planner.core.files.proofs import (
    SCRATCH,
    is_inside,
    is_same_file,
    prove_folder,
    prove_readable,
    prove_writable,
    saying_plainly,
)
from planner.core.files.replacement import (
    Stream,
    file_behind,
    is_stream,
    replace_together,
)
from planner.core.interrupts import deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class _Output:
    """A file or a folder to be written; `files` and `folders` lie in the folder."""

    name: str
    path: Path
    is_folder: bool = False
    is_kept: bool = False
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name} {self.path}"

    def paths(self) -> Iterator[Path]:
        """List the files it will be."""
        if not self.is_folder:
            yield self.path
        yield from (self.path / file for file in self.files)

    def prove(self) -> None:
        if self.is_folder:
            prove_folder(self.path, self.files, self.folders)
        elif self.is_kept:
            prove_folder(self.path.parent, [self.path.name], [])
        else:
            prove_writable(self.path)


class Outputs:
    """
    What a run reads and writes.

    Parameters
    ----------
    protected
        Names further files that no output may replace: those of the store.

    Attributes
    ----------
    written
        What is in place at the end: files, and folders as one.

    Examples
    --------
    >>> outputs = Outputs()
    >>> outputs.read("UNITS", units)
    >>> outputs.file("--out", plan, suffixes=TABLE_SUFFIXES)
    >>> with outputs:
    ...     write_frame(balance(...), outputs["--out"])
    """

    def __init__(self, protected: Callable[[], Mapping[str, Path]] = dict) -> None:
        self._protected = protected
        self._inputs: dict[str, Path] = {}
        self._outputs: dict[str, _Output] = {}
        self._scratch: dict[str, Path] = {}
        self._streams: dict[str, Stream] = {}
        self._made: list[Path] = []
        self._held = ExitStack()
        self.written: tuple[Path, ...] = ()

    def read(self, name: str, path: Path | None) -> None:
        """Name an input; None: it was not given."""
        if path is not None:
            self._inputs[name] = path

    def file(
        self,
        name: str,
        path: Path | None,
        *,
        suffixes: Collection[str] = (),
        is_kept: bool = False,
    ) -> None:
        """
        Name a file to be written.

        Parameters
        ----------
        name
            As the user calls it.
        path
            None: it was not asked for.
        suffixes
            One of them ends its name; none: any name will do.
        is_kept
            Whether it must be a file that stays: no device, no pipe.
        """
        if path is None:
            return
        if suffixes and path.suffix.lower() not in suffixes:
            raise InputError(f"{name} {path} must end in {', '.join(suffixes)}")
        self._outputs[name] = _Output(name=name, path=path, is_kept=is_kept)

    def folder(
        self,
        name: str,
        path: Path | None,
        *,
        files: Collection[str] = (),
        folders: Collection[str] = (),
    ) -> None:
        """
        Name a folder to be written into.

        Parameters
        ----------
        name
            As the user calls it.
        path
            None: it was not asked for.
        files
            Those it may get.
        folders
            Those inside it whose files get their names later: nothing that is read may
            lie there.
        """
        if path is not None:
            self._outputs[name] = _Output(
                name=name,
                path=path,
                is_folder=True,
                files=tuple(files),
                folders=tuple(folders),
            )

    def check(self) -> None:
        """
        Refuse what could not end well, before any work.

        Raises
        ------
        InputError
            If an output would replace an input, a protected file or another output, an
            output cannot be written, or an input cannot be read.
        """
        self._compare()
        for output in self._outputs.values():
            with saying_plainly(output.label, "written"):
                output.prove()
        for name, path in self._inputs.items():
            with saying_plainly(f"{name} {path}", "read"):
                prove_readable(path)

    def _compare(self) -> None:
        kept = {f"{name} {path}": path for name, path in self._inputs.items()}
        kept |= {f"{name} ({path})": path for name, path in self._protected().items()}
        folders: dict[str, Path] = {}
        for output in self._outputs.values():
            for path in output.paths():
                label = f"{output.name} {path}"
                _refuse_same(label, path, kept)
                kept[label] = path
            if output.is_folder:
                _refuse_same(output.label, output.path, folders, what="folder")
                folders[output.label] = output.path
            for folder in (output.path / name for name in output.folders):
                _refuse_inside(output.label, folder, self._inputs)

    def __contains__(self, name: str) -> bool:
        """Tell whether an output was asked for."""
        return name in self._outputs

    def __getitem__(self, name: str) -> Path:
        """Give the scratch path of an output; a file has the name it will have."""
        if name not in self._scratch:
            output = self._outputs[name]
            with saying_plainly(output.label, "written"), deferred():
                self._scratch[name] = self._make_scratch(output)
        return self._scratch[name]

    def _make_scratch(self, output: _Output) -> Path:
        """Make room beside the file, or inside the folder: a rename moves no bytes."""
        target = file_behind(output.path)
        room = target if output.is_folder else target.parent
        missing = [path for path in (room, *room.parents) if not path.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            self._made.append(folder)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=room))
        self._held.callback(shutil.rmtree, scratch, ignore_errors=True)
        return scratch if output.is_folder else scratch / target.name

    def __enter__(self) -> Outputs:
        """Check, and open the devices and pipes among the outputs."""
        try:
            self.check()
            for name, output in self._outputs.items():
                with saying_plainly(output.label, "written"):
                    if not output.is_folder and is_stream(output.path):
                        stream = self._streams[name] = Stream(output.path)
                        self._held.callback(stream.close)
                        self._scratch[name] = stream.content
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put everything in place; after an error, nothing."""
        with deferred():
            try:
                if kind is None:
                    self._put_in_place()
                elif isinstance(error, OSError) and self._is_of_writing(error):
                    with saying_plainly(self._labels(), "written"):
                        raise error
            finally:
                self._held.close()
                for folder in reversed(self._made):
                    with suppress(OSError):  # it holds what was written
                        folder.rmdir()

    def _put_in_place(self) -> None:
        for name, stream in self._streams.items():
            with saying_plainly(self._outputs[name].label, "written"):
                stream.send()
        with saying_plainly(self._labels(), "written"):
            replace_together([*self._moves()])
        self.written = tuple(self._outputs[name].path for name in self._scratch)

    def _moves(self) -> Iterator[tuple[Path, Path]]:
        for name, scratch in self._scratch.items():
            output = self._outputs[name]
            if name in self._streams:
                continue
            if not output.is_folder:
                yield scratch, output.path
                continue
            for file in sorted(scratch.rglob("*")):
                if file.is_file():
                    yield file, output.path / file.relative_to(scratch)

    def _is_of_writing(self, error: OSError) -> bool:
        """Tell a full disk, or a scratch file's trouble, from that of an input."""
        if error.filename is None:
            return bool(self._scratch)
        file = Path(os.fsdecode(error.filename))
        return any(is_inside(file, path.parent) for path in self._scratch.values())

    def _labels(self) -> str:
        return ", ".join(output.label for output in self._outputs.values())


def _refuse_same(
    label: str, path: Path, kept: Mapping[str, Path], what: str = "file"
) -> None:
    """Refuse an output that is what must stay, or that lies in it."""
    for other, kept_path in kept.items():
        if is_same_file(path, kept_path):
            raise InputError(f"{label} is also {other}; name another {what} to write")
        is_apart = what == "folder" or not (
            is_inside(path, kept_path) or is_inside(kept_path, path)
        )
        if not is_apart:
            raise InputError(
                f"{label} and {other} cannot both be: one is the folder of the other; "
                "name another file to write"
            )


def _refuse_inside(label: str, folder: Path, inputs: Mapping[str, Path]) -> None:
    for name, path in inputs.items():
        if is_inside(path, folder):
            raise InputError(
                f"{name} {path} lies in {folder}, where {label} writes; "
                "name another folder to write to"
            )
