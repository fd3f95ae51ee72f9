"""Pay terms as one reads them: who is paid what, of what, up to which limit."""

from __future__ import annotations

from collections.abc import Mapping

TERMS: Mapping[str, str] = {
    "terms_part": "{name}[ ({who:reasons:, })]: {pay:reasons:; }",
    "terms_rep": "reps",
    "terms_manager": "managers",
    "terms_vp": "vice presidents",
    "terms_overlay": "specialists",
    "terms_positions": "{positions:list::4}",
    # What is paid, of what.
    "terms_flat": "{rate_ppm:rate} of {measure}",
    "terms_bands": "{tiers:reasons:, }",
    "terms_retroactive": "on all {measure} by the tier reached: {tiers:reasons:, }",
    "terms_cliff": "on each deal by its own size: {tiers:reasons:, }",
    "terms_bonus": "{amount_minor:money:{currency}} at {at:percent} of {quota:reasons}",
    "terms_spif": (
        "{amount_minor:money:{currency}} for each deal of {measure}"
        "[, closed from {from_on:date} to before {to_on:date}]"
    ),
    # The tiers: the first names what they count, the others go on from there.
    "terms_tier_first": "{rate_ppm:rate} of {measure} up to {upper:reasons}",
    "terms_tier_next": "{rate_ppm:rate} from there up to {upper:reasons}",
    "terms_tier_last": "{rate_ppm:rate} above",
    "terms_bound_quota": "{share:percent} of {quota:reasons}",
    "terms_bound_amount": "{amount_minor:money:{currency}} {span:reasons}",
    "terms_quota_month": "the month's quota",
    "terms_quota_quarter": "the quarter's quota",
    "terms_quota_year": "the year's quota",
    "terms_span_none": "a deal",
    "terms_span_month": "in the month",
    "terms_span_quarter": "in the quarter",
    "terms_span_year": "in the year",
    # Limits and conditions.
    "terms_cap": "at most {amount_minor:money:{currency}} {per:reasons}",
    "terms_floor": "at least {amount_minor:money:{currency}} {per:reasons}",
    "terms_per_deal": "a deal",
    "terms_per_month": "a month",
    "terms_per_quarter": "a quarter",
    "terms_per_year": "a year",
    "terms_where": "only where {conditions:reasons: and }",
    "terms_eq": "{field:reasons} is {value:reasons}",
    "terms_ne": "{field:reasons} is not {value:reasons}",
    "terms_in": "{field:reasons} is one of {value:reasons}",
    "terms_not_in": "{field:reasons} is none of {value:reasons}",
    "terms_ge": "{field:reasons} is at least {value:reasons}",
    "terms_gt": "{field:reasons} is above {value:reasons}",
    "terms_le": "{field:reasons} is at most {value:reasons}",
    "terms_lt": "{field:reasons} is below {value:reasons}",
    "terms_product": "the product",
    "terms_deal_kind": "the kind of deal",
    "terms_account_id": "the account",
    "terms_term_months": "the term in months",
    "terms_deal_amount": "the deal's amount",
    "terms_money": "{amount_minor:money:{currency}}",
    # What a cancellation does.
    "terms_original_rate": "a cancelled deal takes back what it paid",
    "terms_current_rate": "a cancelled deal is taken back by the tier then reached",
    "terms_bonus_lost": "taken back if cancellations fall below it again",
}
