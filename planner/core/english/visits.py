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
    "unserved_no_workday": "no day of the plan is a working day of the rep",
    "unserved_no_workday_repair": (
        "plan other days, or let someone else visit it meanwhile"
    ),
    "unserved_service_long": (
        "the visit takes {service_s:duration}, longer than the working day of "
        "{day_s:duration}"
    ),
    "unserved_service_long_repair": (
        "part it into visits of less than {day_s:duration}, or check how long it takes"
    ),
    "unserved_lunch": (
        "on {day:day} the visit from {start_s:clock} to {leave_s:clock} leaves no time "
        "for lunch, due between {earliest_s:clock} and {latest_s:clock}"
    ),
    "unserved_lunch_repair": (
        "have lunch after {leave_s:clock} that day, or ask for another time"
    ),
    "unserved_driving": (
        "there and back is {travel_s:duration} on the road, more than the "
        "{most_s:duration} a day may have"
    ),
    "unserved_driving_repair": (
        "allow {travel_s:duration:up} of driving, or give it to a nearer rep"
    ),
    "unserved_driving_full": (
        "its days have no driving left: the closest, {day:day}, would have "
        "{over_s:duration:up} too much"
    ),
    "unserved_driving_full_repair": (
        "allow {over_s:duration:up} more driving on {day:day}"
    ),
    "unserved_opens_late": (
        "on {day:day} it can start at {start_s:clock} at the earliest: the day would "
        "end {late_s:duration:up} late"
    ),
    "unserved_opens_late_repair": (
        "let that day end {late_s:duration:up} later or ask for an earlier time"
    ),
    "unserved_appointment_off": (
        "its appointment is on {day:day}, which is no working day"
    ),
    "unserved_appointment_off_repair": (
        "move the appointment, or let someone else keep it"
    ),
    "unserved_appointments_clash": (
        "its appointment on {day:day} cannot be kept beside the one of account "
        "{other}, which starts at {start_s:clock}"
    ),
    "unserved_appointments_clash_repair": (
        "move one of the two appointments, or let someone else keep it"
    ),
    "unserved_promised": "what is promised leaves no day for the rest of its visits",
    "unserved_promised_repair": "move a promised visit, or visit it less often",
    "unserved_rhythm": (
        "no day of its rhythm has room; {day:day} has, {gap_days:count:day|days} from "
        "its next visit or its last, for an interval of {interval_days:number}"
    ),
    "unserved_rhythm_repair": (
        "visit it on {day:day} all the same: {price_s:duration:up} more on the road"
    ),
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
    "unserved_home_away": (
        "the home of {rep} lies {nearest_km:number} km from the nearest of these "
        "accounts: no day is long enough to drive there and back"
    ),
    "unserved_home_away_repair": (
        "check where the home of {rep} lies, or let days start elsewhere"
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
        "[: account {other}'s]"
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
    "unserved_no_gap_repair": (
        "give up or move another visit on {day:day}[: account {other}'s]"
    ),
}
# What the independent checker finds wrong with a day.
_FAULTS: Mapping[str, str] = {
    "day_travel_misstated": "travel is {travel_s} s, stated {stated_s} s",
    "day_ends_late": "ends {end_s:clock}, after the working day",
    "day_drives_long": "drives {travel_s} s, more than the {most_s} s allowed",
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
    "policy_id_unknown": (
        "the policy of visits names {kind} {id:quoted}, which is not there"
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
        "{travel_h:number} h of travel ({travel})[; {promises:reasons:, }]"
    ),
    "promises_of_class": "{visit_class} {kept:number} of {owed:number}",
    "team_no_visits_owed": (
        "no account is owed a visit: give accounts a visit_class A, B or C, or let "
        "RouteParams(with_prospects=True) fill the days"
    ),
}
VISITS: Mapping[str, str] = {**_UNSERVED, **_FAULTS, **_INPUT, **_SUMMARY}
