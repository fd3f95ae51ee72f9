"""What a plan of territories cannot have, why it moves what, what came out."""

from __future__ import annotations

from collections.abc import Mapping

# What keeps a plan from its limits.
_LIMITS: Mapping[str, str] = {
    "unit_oversized": (
        "this unit alone is {share:percent:0} of one territory's ideal: no plan of "
        "whole units can keep the limit; use finer units"
    ),
    "group_oversized": (
        "its group {group:quoted} of {n_units:count:unit|units} is {share:percent:0} "
        "of one territory's ideal; split it"
    ),
    "locks_oversized": (
        "the {n_units:count:unit|units} locked to {territory:territory} come to "
        "{share:percent:0} of its target; unlock some of them"
    ),
    "territory_over": (
        "{outside:reasons}; its heaviest unit is {share:percent:1} of the ideal"
        "[ and {lock:reasons}]"
    ),
    "territory_under": (
        "{outside:reasons}; the heaviest unit beside it is {share:percent:1} of the "
        "ideal[ and {lock:reasons}]"
    ),
    "locked": "is locked",
    "over_share": (
        "{deviation:percent:1} over its share of {measure:measure} "
        "(limit {limit:percent})"
    ),
    "under_share": (
        "{deviation:percent:1} under its share of {measure:measure} "
        "(limit {limit:percent})"
    ),
    "over_maximum": (
        "at {load:percent:1} of its share of {measure:measure}, where the most it may "
        "have is {limit:percent}, below its share"
    ),
    "under_minimum": (
        "at {load:percent:1} of its share of {measure:measure}, where the least it may "
        "have is {limit:percent}, above its share"
    ),
    "minimum_missed": (
        "at least {limit:amount:{measure}} was not reached everywhere: "
        "{loads:reasons:, }[ and {n_more:number} more]"
    ),
    "maximum_missed": (
        "at most {limit:amount:{measure}} was not reached everywhere: "
        "{loads:reasons:, }[ and {n_more:number} more]"
    ),
    "territory_load": "{territory:territory} has {load:amount:{measure}}",
    "tolerance_missed": (
        "{measure:measure} within {tolerance:percent}"
        "[ together with {others:list:measure}] {verdict:reasons}: {reached:percent:1} "
        "is the least found, {proof:reasons}[: {because:reasons:, and }]. In the way: "
        "{territory:territory}[; units {units:list:unit:3}]"
    ),
    "impossible": "cannot be had",
    "not_reached": "was not reached",
    "proven_least": "at least {deviation:percent:1} is proven",
    "proven_so": "and this is proven",
    "unproven": "nothing above 0 is proven, so a longer search may find better",
    "bound_of_unit": (
        "unit {unit:unit} alone is {share:percent:0} of a territory's {measure:measure}"
    ),
    "bound_of_locks": (
        "the {n_units:count:unit|units} locked to {territory:territory} are "
        "{share:percent:0} of its {measure:measure}"
    ),
    "bound_of_component": (
        "the part of the map around unit {unit:unit}, which closed borders cut off, "
        "has the {measure:measure} of {load:number:2} territories"
    ),
    "bound_around_unit": (
        "whichever units join {unit:unit}, one of the measures is "
        "{deviation:percent:1} off"
    ),
}
# Why a unit, or an account with it, changes territory.
_MOVES: Mapping[str, str] = {
    "over_if_kept": "staying would put {territory:territory} {outside:reasons}",
    "under_without": "without it {territory:territory} would be {outside:reasons}",
    "cut_off": "none of its neighbours is in {territory:territory} any more",
    "centre_nearer": (
        "the centre of {territory:territory} is {nearer_km:distance} nearer, about "
        "{nearer_min:count:minute|minutes}"
    ),
    "moved_with_others": (
        "a tie by itself[, {farther_km:distance} farther]: {territory:territory} could "
        "keep it within the limits; it moved together with others"
    ),
    "price_tie": "a tie on the whole: either would do",
    "price_rounding": (
        "rounding: on the whole it would stay in {territory:territory}, but units move "
        "whole and territories hang together"
    ),
    "price_room": (
        "on the whole room in {territory:territory} is dearer than in {other:territory}"
    ),
    "price_travel": "on the whole travel to {territory:territory} decides",
    "relationship": "relationship {months:count:month|months}",
    "move_cost": "the move costs {cost:number:1}",
}
# What came out, line by line.
_SUMMARY: Mapping[str, str] = {
    "plan_size": (
        "{n_territories:count:territory|territories} of {n_units:count:unit|units}."
    ),
    "deviation_kept": (
        "{measure:measure}: at most {deviation:percent:1} from the ideal, limit "
        "{tolerance:percent} kept."
    ),
    "deviation_not_kept": (
        "{measure:measure}: at most {deviation:percent:1} from the ideal, limit "
        "{tolerance:percent} not kept."
    ),
    "plan_travel": "Travel: {rms_km:distance:1} to the centre (root mean square).",
    "plan_gap": (
        "Proven: within {gap:percent:1} of the best possible with these centres and "
        "limits."
    ),
    "plan_moves": (
        "{n_moved:count:unit changes|units change} territory; at least "
        "{n_least:number} must."
    ),
    "plan_accounts_outside": (
        "{n_accounts:count:account lies|accounts lie} in no unit and in no territory."
    ),
    "plan_pieces": (
        "{n_pieces:count:piece lies|pieces lie} apart from their territory."
    ),
    "plan_bridges": (
        "{n_bridges:count:link over a gap|links over gaps} in the map were assumed."
    ),
    "plan_violation": "{violation:reasons}.",
    "plan_blocked": "In the way: {territory:territory}: {blocked:reasons}.",
    "plan_gap_wide": (
        "Stopped after the usual work, {gap:percent:1} from what is proven; wanted is "
        "{gap_wanted:percent}: a time limit lets it go on until then."
    ),
    "plan_stopped": "Stopped early: this is the best found until then.",
    "frontier_point": "{moved:figure} moved: {deviations:reasons:, } off at most",
    "measure_deviation": "{measure:measure} {deviation:percent:1}",
    "frontier_least": "To keep the limits at least {least:figure} must move.",
    "hours_settled": (
        "After {n_rounds:count:round|rounds} hours change by {change:percent:1}: "
        "settled."
    ),
    "hours_not_settled": (
        "After {n_rounds:count:round|rounds} hours change by {change:percent:1}: not "
        "settled."
    ),
}
TERRITORY: Mapping[str, str] = {**_LIMITS, **_MOVES, **_SUMMARY}
