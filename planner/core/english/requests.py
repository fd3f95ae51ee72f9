"""What a request to balance lacks, or where it contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping

# What is given: units, today's territories, locks, centres, rules, numbers.
_INPUT: Mapping[str, str] = {
    "units_missing": "there is no unit to balance",
    "unit_twice": "unit {unit:unit} occurs twice; ids must be unique",
    "accounts_for_units": (
        "units need x_km and y_km, kilometres in a plane, got lat and lon: for "
        "accounts use Instance.from_accounts, which puts them into units"
    ),
    "accounts_without_places": "accounts need columns lat and lon, got {columns}",
    "accounts_missing": "there is no account with a place",
    "polygons_wrong": (
        "units must be polygons: a GeoDataFrame with a CRS, indexed by unit_id, got "
        "{got}"
    ),
    "instance_wrong": (
        "a balance needs an Instance, got {got}: make one by Instance.from_units or "
        "Instance.from_accounts"
    ),
    "frame_wrong": "{thing} must be a {kind}, got {got}",
    "unit_column_missing": (
        "units have no column '{column:measure}'[; they have {columns}]"
    ),
    "unit_value_wrong": (
        "unit {unit:unit}: {column:measure} must be a number[ not below {least}], got "
        "{value}"
    ),
    "measures_wrong": (
        "measures must be a mapping of column to tolerance such as "
        "{{'accounts': 0.05, 'potential_minor': None}}, or BalanceParams, got {got}"
    ),
    "measure_empty": (
        "measure '{measure:measure}' is 0 in every unit: nothing to share out"
    ),
    "params_counted_twice": (
        "{name} stands in BalanceParams already ({got}); change it there"
    ),
    "current_twice": "unit {unit:unit} is aligned twice",
    "current_missing": (
        "today's alignment is needed to limit or minimise moves, got none"
    ),
    "lock_twice": "unit {unit:unit} is locked twice",
    "lock_without_territory": "unit {unit:unit} is locked but has no territory today",
    "centre_twice": "centre {territory:quoted} occurs twice; ids must be unique",
    "centre_column_missing": "centres need columns x_km and y_km, got {columns}",
    "centre_without_place": "centre {territory:quoted} has no place",
    "centres_miscounted": (
        "{n_territories:count:territory is|territories are} asked, but {n_centres} "
        "centres are given"
    ),
    "targets_miscounted": (
        "{n_territories:count:territory is|territories are} asked, but {n_targets} "
        "targets are given"
    ),
    "territories_uncounted": "the number of territories must be given",
    "group_twice": "unit {unit:unit} is in two groups; a unit has one at most",
    "barrier_unknown": "barrier: unit {unit:unit} is none of the units",
    "barrier_to_itself": "barrier: unit {unit:unit} is paired with itself",
    "forbidden_pair_unknown": "forbidden pair: unit {unit:unit} is none of the units",
    "forbidden_pair_of_itself": (
        "forbidden pair: unit {unit:unit} is paired with itself"
    ),
    "move_value_wrong": (
        "unit {unit:unit}: {column} must be a number not below 0, got {value}"
    ),
    "target_twice": "territory {territory:quoted} has two targets",
    "target_missing": (
        "territory {territory:quoted} has no target; give one for each of "
        "{n_territories:count:territory|territories}"
    ),
    "target_column_missing": "targets need a column 'target' or '{measure:measure}'",
    "target_wrong": (
        "territory {territory:quoted}: target must be above 0, got {value}; leave a "
        "vacant territory out of the plan"
    ),
    "plan_unit_missing": "the plan leaves unit {unit:unit} out",
    "plan_territories_too_many": (
        "the plan has {n_plan:count:territory|territories}, asked are {n_territories}"
    ),
    "plan_territory_unknown": (
        "the plan names territory {territory:quoted}; there are "
        "{territories:list:territory:5}"
    ),
    "hours_column_missing": "hours need a column {column:quoted} of the units",
    "districts_without_territory": (
        "each district needs at least one territory, got {districts}"
    ),
    "districts_miscounted": (
        "the districts name {n_named:count:territory|territories}, asked are "
        "{n_territories}; ask for as many or leave the number out"
    ),
    "teams_missing": "there is no team",
    "team_unknown": "team {team:quoted} is none of {teams}",
    "frontier_without_limit": (
        "the frontier needs a measure with a tolerance, got none"
    ),
    "move_limits_wrong": "counts of moves must be at least 0, got {got}",
    "move_sizes_wrong": "what a moved unit counts must be at least 0",
    "headcounts_wrong": "counts of territories must be at least 1, got {got}",
    "bases_missing": "there is no base to choose from",
    "split_unit_unknown": "unit {unit:unit} is not among the units to split",
    "split_unit_empty": "unit {unit:unit} has no finer units to be split into",
}
# What contradicts itself, seen before any plan is made; and what no search could make.
_REFUSALS: Mapping[str, str] = {
    "territories_exceed_units": (
        "{n_territories:count:territory needs|territories need} at least as many "
        "units, got {n_units:number}; ask for fewer territories or use finer units"
    ),
    "locks_exceed_territories": (
        "locked units lie in {n_locked:count:territory|territories}, but only "
        "{n_territories:count:is|are} asked"
    ),
    "lock_elsewhere": (
        "unit {unit:unit} is locked to {territory:quoted}, which is none of the "
        "territories asked"
    ),
    "locks_leave_too_few": (
        "{n_open:count:territory|territories} without locked unit need a unit each, "
        "but only {n_free:count:unit is|units are} free; unlock some"
    ),
    "endings_exceed_moves": (
        "{n_units:count:unit|units}[, which count {n_moves:figure} moves,] lose their "
        "territory when only {n_territories:count:remains|remain}, but at most "
        "{max_moved} may move"
    ),
    "minimum_exceeds_total": (
        "{n_territories:count:territory|territories} with at least "
        "{minimum:amount:{measure}} each need {needed:amount:{measure}}, but there are "
        "{total:amount:{measure}}; ask for fewer territories or a smaller minimum"
    ),
    "maximum_below_total": (
        "{n_territories:count:territory|territories} with at most "
        "{maximum:amount:{measure}} each hold {room:amount:{measure}}, but there are "
        "{total:amount:{measure}}; ask for more territories or a larger maximum"
    ),
    "fixed_load_exceeds_maximum": (
        "{territory:territory} has {load:amount:{measure}} beside its units already, "
        "its maximum is {maximum:amount:{measure}}; raise it or give some of its "
        "accounts back to their units"
    ),
    "minimum_above_tolerance": (
        "{territory:territory} is to have {ideal:amount:{measure}} within "
        "{tolerance:percent}, which its minimum of {limit:amount:{measure}} does not "
        "allow; change the minimum, the tolerance or its share"
    ),
    "maximum_below_tolerance": (
        "{territory:territory} is to have {ideal:amount:{measure}} within "
        "{tolerance:percent}, which its maximum of {limit:amount:{measure}} does not "
        "allow; change the maximum, the tolerance or its share"
    ),
    "limits_exceed_total": (
        "tolerance, minimum and maximum add up to {sum:amount:{measure}} over all "
        "territories, more than the {total:amount:{measure}} there are; widen one of "
        "them"
    ),
    "limits_below_total": (
        "tolerance, minimum and maximum add up to {sum:amount:{measure}} over all "
        "territories, less than the {total:amount:{measure}} there are; widen one of "
        "them"
    ),
    "fixed_load_fills": (
        "the accounts locked, drawn or named apart from their unit fill "
        "{territory:quoted} already: unlock some, do not keep what is drawn, or let "
        "them follow their unit again"
    ),
    "named_accounts_exceed_moves": (
        "{n_accounts:count:account|accounts} named apart from their unit would follow "
        "it again, but at most {max_moved:number} may move; let them stay so or allow "
        "more moves"
    ),
    "regions_exceed_territories": (
        "each of {n_regions:count:state|states} needs a territory, but "
        "{n_territories:count:is|are} asked; ask for {n_regions} or more, or let "
        "territories cross state borders"
    ),
    "group_locks_differ": (
        "group {group:quoted} must stay together, but {locks:reasons:, } are locked; "
        "unlock all but one of these territories' units, or split the group"
    ),
    "unit_to_territory": "{unit:unit} to {territory:territory}",
    "forbidden_pair_grouped": (
        "{unit:unit} and {other:unit} must not share a territory, but are in one group "
        "that must stay together; drop the pair or take one out of the group"
    ),
    "forbidden_pair_locked": (
        "{unit:unit} and {other:unit} must not share a territory, but both are locked "
        "to {territory:territory}; unlock one of them or drop the pair"
    ),
    "forbidden_pair_on_path": (
        "{unit:unit} and {other:unit} must not share a territory, but the way that "
        "joins a group leads through both; drop the pair or split it"
    ),
    "forbidden_pairs_unmet": (
        "no plan was found that keeps {pairs:reasons:, } apart; drop the pair, unlock "
        "units around it, or ask for more territories"
    ),
    "unit_pair": "{unit:unit} and {other:unit}",
    "groups_too_few": (
        "{n_territories:count:territory needs|territories need} a unit or group each, "
        "but the groups leave {n_cells:number}; ask for fewer territories or split a "
        "group"
    ),
    "forbidden_pairs_exceed_territories": (
        "{units:list:unit:4} must all lie in different territories: {n_needed} are "
        "needed, {n_territories:count:is|are} asked; drop some pairs or ask for more "
        "territories"
    ),
    "groups_cross": (
        "{cause:reasons:; } (groups that must stay together are joined like locked "
        "units; or take the far unit out of its group)"
    ),
    "locks_cross": (
        "locked units of {territory:territory} cannot be joined without crossing "
        "locked units of other territories; unlock some of them or allow territories "
        "in pieces"
    ),
    "units_used_up": (
        "no unit is left for {territory:territory}: all others are locked or join "
        "locked units; unlock some or ask for fewer territories"
    ),
    "components_exceed_territories": (
        "closed borders cut the map into {n_components:count:part|parts}, each needs a "
        "territory, but {n_territories:count:is|are} asked; unit {unit:unit} lies in "
        "the smallest part: open a border there or ask for more territories"
    ),
    "locks_across_borders": (
        "units {unit:unit} and {other:unit} are locked to {territory:territory}, but "
        "closed borders lie between them; unlock one of them or open a border"
    ),
    "component_without_territory": (
        "locks and fixed centres leave no territory for the part of the map around "
        "unit {unit:unit}, which closed borders cut off; unlock some or open a border"
    ),
    "component_without_current": (
        "today's plan leaves a part of the map that closed borders cut off without "
        "territory; balance first, then ask for the frontier"
    ),
    "district_too_small": (
        "district {district} has {n_units:count:unit|units} for "
        "{n_territories:count:territory|territories}"
    ),
    "medians_exceed_capacity": (
        "a load of {load:figure} cannot fit: the {n_medians} largest capacities hold "
        "{capacity:figure}"
    ),
    "medians_not_found": (
        "no plan was found in which {n_medians} medians hold a load of {load:figure}; "
        "use more medians or larger capacities"
    ),
}
REQUESTS: Mapping[str, str] = {**_INPUT, **_REFUSALS}
