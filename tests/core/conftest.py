"""What tests of files share."""

import stat
from pathlib import Path

import pytest


@pytest.fixture
def device(tmp_path):
    """Link to a device: what would replace it replaces the link, never the device."""

    def link(name, target):
        assert stat.S_ISCHR(Path(target).stat().st_mode), f"{target} is no device here"
        path = tmp_path / name
        path.symlink_to(target)
        return path

    return link
