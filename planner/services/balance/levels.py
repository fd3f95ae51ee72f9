"""A balance of two levels as a proposal: territories, and the districts over them."""

from __future__ import annotations

from dataclasses import replace

from planner.core.run import RunControl
from planner.services.balance.plan import Asked, described, proposal_of
from planner.territory.solve.proposal import Proposal


def district_plan(task: Asked, run: RunControl) -> Proposal:
    """
    Balance territories and districts.

    Returns
    -------
    Territories under the names of today that fit best, with their districts; the
    report's part `districts` tells how even the districts are.
    """
    from planner.territory.files.levels import balance_levels, levels_report
    from planner.territory.files.run import report_of

    inputs, districts = task.inputs, task.request.asked_districts
    levels = balance_levels(
        inputs.instance, task.params, districts or 1, run=run.part(0.0, 0.9)
    )
    result = described(
        task,
        task.params,
        levels.territories.alignment.territory_by_unit,
        run.part(0.9, 1.0),
        is_renamed=True,
    )
    by_row = result.alignment.territory_by_unit
    above = levels.district_by_unit.groupby(
        by_row.reindex(levels.district_by_unit.index)
    )
    by_territory = {str(name): str(own.iloc[0]) for name, own in above}
    above_report = levels_report(
        levels, {} if levels.districts is None else report_of(levels.districts)
    )
    plan = proposal_of(task, result, district_by_territory=by_territory)
    districts = above_report | {"district_by_territory": by_territory}
    return replace(plan, report={**plan.report, "districts": districts})
