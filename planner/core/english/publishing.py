"""What publishing a plan freezes, and what should be looked at first."""

from __future__ import annotations

from collections.abc import Mapping

PUBLISHING: Mapping[str, str] = {
    "publish_pending": (
        "{n_moves:count:move is|moves are} pending and not part of it: accept them "
        "first, or they stay out"
    ),
    "publish_unowned": (
        "{n_accounts:count:account is|accounts are} in no territory and will not have "
        "an owner"
    ),
    "publish_unserved": (
        "{n_accounts:count:account is|accounts are} in no territory and will not have "
        "anybody of {team}"
    ),
    "publish_vacant": (
        "{territories:list:territory:8}: nobody holds the position, so nobody is "
        "credited in person"
    ),
    "publish_no_quotas": "no quotas are set in this scenario",
    "publish_other_year": (
        "its quotas are for {years}: nobody has a quota to be paid against in {year}. "
        "Set quotas for {year} first"
    ),
    "publish_stale_quotas": (
        "its quotas are older than its territories: quota ÷ {measure:measure} was "
        "spread by {before:percent:1} when they were set and is by {after:percent:1} "
        "now. Set them anew"
    ),
    "quotas_of_nothing": (
        "its quotas were split by {measure:measure}, of which the territories have "
        "nothing any more. Set them anew, by something else"
    ),
    "publish_earlier": (
        "a plan published for {following} takes over then: this one holds until the "
        "day before"
    ),
    "quota_above_potential": (
        "the target is {ratio:number:1} times what its potential and its sales of "
        "the last twelve months come to together. Is the potential of a whole year, "
        "and in the same currency?"
    ),
}
