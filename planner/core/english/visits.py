"""Why a visit is not planned and how to repair it, and what is wrong with a plan."""

from __future__ import annotations

from collections.abc import Mapping

_GAP_ELSEWHERE = (
    "its hours do not meet the gaps left: on {day:day} there is room at {start_s:clock}"
)
# By code the reason, and with `_repair` behind it the cheapest repair.
_UNSERVED: Mapping[str, str] = {
    "unserved_no_position": "no position owns this account",
    "unserved_no_position_repair": "put it into a territory",
    "unserved_vacant": "position {position} is vacant",
    "unserved_vacant_repair": (
        "fill the position or cover its accounts from another one"
    ),
    "unserved_no_place": "the account has no place yet",
    "unserved_no_place_repair": "give it a place in Data health",
    "unserved_no_home": "rep {rep} has no home place to start from",
    "unserved_no_home_repair": "give the latitude and longitude of the rep's home",
    "unserved_stopped": "the planning was stopped",
    "unserved_stopped_repair": "plan again",
    "unserved_never_open": "it is not open on any working day",
    "unserved_never_open_repair": "give its open days",
    "unserved_appointment": (
        "no set of days keeps its rhythm with the appointment on {day:day}"
    ),
    "unserved_appointment_repair": "move the appointment or visit it less often",
    "unserved_no_days": (
        "its open days and the holidays leave no set of days that keeps its rhythm"
    ),
    "unserved_no_days_repair": "visit it less often or on another weekday",
    "unserved_too_far": (
        "it is {travel_s:duration} from the rep's home: there, the visit, lunch and "
        "back do not fit into one working day"
    ),
    "unserved_too_far_repair": (
        "give it to a nearer rep, plan a night away, or call instead"
    ),
    "unserved_closes_early": (
        "on {day:day} it can be reached at {arrive_s:clock} at the earliest, "
        "{late_s:duration:up} after its last start"
    ),
    "unserved_closes_early_repair": (
        "start that day {late_s:duration:up} earlier or ask for a later time"
    ),
    "unserved_hours_tight": (
        "its hours on {day:day} leave no time for the visit, lunch and the way home "
        "inside the working day"
    ),
    "unserved_hours_tight_repair": (
        "ask for other hours or let the day begin or end at another time"
    ),
    "unserved_days_full": (
        "its days are full: the closest, {day:day}, would end {late_s:duration:up} late"
    ),
    "unserved_days_full_repair": (
        "let {day:day} end at {end_s:clock}, or give up another visit there"
    ),
    "unserved_gap_later": _GAP_ELSEWHERE,
    "unserved_gap_later_repair": (
        "ask to be seen {off_s:duration:up} later on {day:day}"
    ),
    "unserved_gap_earlier": _GAP_ELSEWHERE,
    "unserved_gap_earlier_repair": (
        "ask to be seen {off_s:duration:up} earlier on {day:day}"
    ),
    "unserved_gap_between": _GAP_ELSEWHERE,
    "unserved_gap_between_repair": (
        "ask to be seen {off_s:duration:up} outside its hours on {day:day}"
    ),
    "unserved_together": "each day has room, but not together with the others found",
    "unserved_together_repair": "plan again with more rounds",
    "unserved_no_gap": (
        "no allowed day has a gap between its other visits' hours; the nearest is "
        "{day:day}"
    ),
    "unserved_no_gap_repair": "give up or move another visit on {day:day}",
}
# What the independent checker finds wrong with a day.
_FAULTS: Mapping[str, str] = {
    "day_travel_misstated": "travel is {travel_s} s, stated {stated_s} s",
    "day_ends_late": "ends {end_s:clock}, after the working day",
    "day_not_working": "is no working day",
    "stop_reached_early": "account {account} is reached before one can be there",
    "stop_starts_early": "account {account} starts before the arrival",
    "stop_cut_short": "account {account} is not served for its time",
    "stop_outside_hours": (
        "account {account} starts at {start_s:clock}, outside its hours"
    ),
    "home_reached_early": "is home before one can be there",
    "lunch_missing": "has no lunch",
    "lunch_before_stops": "has lunch before the first stop",
    "lunch_outside_span": "has lunch at {start_s:clock}",
    "lunch_cut_short": "has its lunch cut short",
}
# What a team's planning cannot read.
_INPUT: Mapping[str, str] = {
    "position_rep_unknown": (
        "position {position} is worked by {rep}, who is none of the reps"
    ),
    "visit_class_unknown": (
        "account {account}: visit_class must be one of {classes:list::9}, "
        "got {got:quoted}"
    ),
    "account_hours_unreadable": "account {account}: {causes:reasons:, }",
}
_SUMMARY: Mapping[str, str] = {
    "rep_visits_planned": (
        "{n_planned:number} of {n_required:number} required visits, "
        "{travel_h:number:1} h of travel, {n_prospects:count:prospect|prospects}"
    ),
    "team_visits_planned": (
        "{n_planned:number} of {n_required:number} required visits planned, "
        "{travel_h:number} h of travel ({travel})"
    ),
    "team_no_visits_owed": (
        "no account is owed a visit: give accounts a visit_class A, B or C, or let "
        "RouteParams(with_prospects=True) fill the days"
    ),
}
VISITS: Mapping[str, str] = {**_UNSERVED, **_FAULTS, **_INPUT, **_SUMMARY}
