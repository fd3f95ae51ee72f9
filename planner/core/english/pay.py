"""Why a deal is not credited and how to repair it."""

from __future__ import annotations

from collections.abc import Mapping

# By `problem` of the rows that crediting hands back.
_CREDITS: Mapping[str, str] = {
    "credit_no_original": (
        "deal {deal}: cancels {original}, which is no won deal here; name the deal it "
        "cancels in related_deal_id"
    ),
    "credit_nothing_named": (
        "deal {deal}: cancels nothing named; name the deal it cancels in "
        "related_deal_id"
    ),
    "credit_positive_cancellation": (
        "deal {deal}: is a cancellation, so its amount must be below 0"
    ),
    "credit_negative_booking": (
        "deal {deal}: its amount {amount} {currency} is below 0, but its kind is "
        "{kind}; write kind cancellation and name in related_deal_id the deal that it "
        "takes back"
    ),
    "credit_before_sale": (
        "deal {deal}: cancels {original} on {day}, before that was sold on {sold_on}; "
        "correct one of the dates"
    ),
    "credit_over_refunded": (
        "deal {deal}: takes back {amount} {currency} of {original}, which was sold for "
        "{sold}[, {earlier:list:deal:4} took back of it before] and has {room} left; "
        "{held} {currency} is held: correct the amount or the deal it names"
    ),
    "credit_no_owner": (
        "deal {deal}: account {account_id} has no owner on {sold_on}; give it one "
        "from that day on"
    ),
    "credit_owners": (
        "deal {deal}: the owner shares of account {account_id} sum to {total} on "
        "{sold_on}, must be 100 %"
    ),
    "credit_splits": "deal {deal}: its splits sum to {total}, must be 100 %",
    "credit_unknown_position": (
        "deal {deal}: position {position} is not in the hierarchy"
    ),
    "credit_outside_plan": (
        "deal {deal}: {amount} {currency} of {day} is not paid by plan {plan}, which "
        "runs from {first} to {end}, that day not counted; pay it by the plan of its "
        "day"
    ),
    "credit_late_lost": (
        "deal {deal}: {amount} {currency} of {day} arrived after its year was closed, "
        "and the difference cannot be worked out: plan {plan} paid "
        "{names:list:deal:4}, no longer among the deals with an owner; bring all "
        "deals and owners of that year along"
    ),
    "credit_late_no_quota": (
        "deal {deal}: {amount} {currency} of {day} arrived after its year was closed, "
        "and the difference cannot be worked out: plan {plan} has no quota of that "
        "year for {names:list:position:4}; bring the quotas of that year along"
    ),
    "credit_late_no_plan": (
        "deal {deal}: {amount} {currency} of {day} arrived after its month was closed, "
        "and no plan that is given pays that day; add it (on files: --earlier-plan)"
    ),
    "credit_no_rate": (
        "deal {deal}: no rate from {base} to {quote} on {day}; add one that is valid "
        "that day"
    ),
}

# What is paid, but questioned or refused.
_PAID: Mapping[str, str] = {
    "pay_tiny_quota": (
        "position {position}: its {measure} quota of {quota} {currency} for {year} is "
        "1/{times} of its sales of {sales}; check its currency and its unit"
    ),
    "pay_month_closed": (
        "period {period} is closed: the ledger goes to {last}; pay a month after it, "
        "what changed since is posted there"
    ),
}

# By which terms.
_TERMS: Mapping[str, str] = {
    "pay_no_terms": (
        "this company has no pay terms yet, so nobody can be paid: load a plan or fill "
        "in the form under Pay terms on Pay runs"
    ),
    "pay_samples_terms": (
        "the only pay terms here are the sample company's, which pay nobody here: "
        "confirm them as your own or replace them under Pay terms on Pay runs"
    ),
    "pay_other_currency": (
        "plan.currency: plan {plan} pays in {got}, must be {currency} like the "
        "company's deals, for no exchange rates are kept; write its amounts in "
        "{currency}"
    ),
}

PAY: Mapping[str, str] = {**_CREDITS, **_PAID, **_TERMS}
