"""Upkeep of the store: examine, back up, restore."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from planner.core.errors import StoreError
from planner.core.settings import Settings
from planner.store.database.engine import backend_of, open_store, shown_url
from planner.store.database.scratch import scratch
from planner.store.upkeep.backup import backup, restore
from planner.store.upkeep.backup_checks import own_files
from planner.store.upkeep.doctor import Finding, examine


@dataclass(frozen=True, kw_only=True)
class Examination:
    """
    What examining a store found.

    Parameters
    ----------
    store_url
        Where the store is.
    findings
        What is wrong; none: the store is sound.
    """

    store_url: str
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "store": self.store_url,
            "is_sound": self.is_sound,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def summary(self) -> str:
        """Say where the store is and what is wrong with it."""
        lines = [f"store: {self.store_url}"]
        for finding in self.findings:
            lines.append(
                f"{finding.code} {finding.subject}: {finding.message} "
                f"({finding.repair})"
            )
        lines.append("sound" if self.is_sound else f"{len(self.findings)} findings")
        return "\n".join(lines)


def examine_store(settings: Settings) -> Examination:
    """Examine the store of these settings."""
    store = open_store(settings.store_url)
    try:
        return Examination(
            store_url=shown_url(settings.store_url), findings=tuple(examine(store))
        )
    finally:
        store.close()


def store_files(settings: Settings) -> dict[str, Path]:
    """
    Name the files of the store on this machine, also those that are not there yet.

    Returns
    -------
    Path by what it is; empty for a URL that no store can have.
    """
    try:
        backend = backend_of(settings.store_url)
    except StoreError:
        return {}
    return own_files(backend)


def backup_store(settings: Settings, path: Path) -> dict[str, Any]:
    """Write one file from the live store; return its manifest."""
    store = open_store(settings.store_url)
    try:
        return {"file": str(path), **asdict(backup(store, path))}
    finally:
        store.close()


def backup_content(settings: Settings) -> bytes:
    """Write a backup of the live store and return it, leaving no file behind."""
    with scratch(None) as folder:
        path = folder / "planner-backup.zip"
        backup_store(settings, path)
        return path.read_bytes()


def restore_store(
    settings: Settings, path: Path, *, over: bool = False
) -> dict[str, Any]:
    """Fill the empty store of these settings, or replace it; return the manifest."""
    manifest = restore(path, settings.store_url, over=over)
    return {"store": shown_url(settings.store_url), **asdict(manifest)}
