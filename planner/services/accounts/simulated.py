"""What of the open company's figures is simulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from planner.core.english import simulated as words
from planner.core.schemas import ACCOUNTS
from planner.segmentation.calculated import CalculatedMeasure
from planner.segmentation.grammar import parse
from planner.segmentation.rules import DEFAULT_RULES, columns_of, rules_from_json
from planner.segmentation.tree import names_in
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.company.companies import Company
from planner.store.company.settings import CompanySettings

# What else is simulated where something is: figures made of figures. Which segment and
# visit class an account has is decided by the company's rules, from what they look at.
MADE_OF = {
    "quotas": ("potential_minor", "our_sales_minor"),
    "pay": ("deals", "team", "terms"),
    "bookings": ("deals",),
    "attainment": ("bookings", "quotas"),
    "visits planned": (
        *("visit_class", "open_days", "opens_s", "closes_s"),
        *("team", "homes"),
    ),
    "workload": ("visit_class",),
    "workload_min": ("workload",),
    "open_pipeline_minor": ("deals",),
    "coverage": ("last_visit_on", "status", "visit_class"),
    "owners": ("team",),
    "last_visit_on": ("last_visit_on", "visits"),
    "score": ("potential_minor", "rating", "propensity_share", "last_visit_on"),
}
OF_RULES = {"segment", "visit_class"}


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """
    What of a company is simulated.

    Parameters
    ----------
    is_everything
        Whether the company itself is invented.
    columns
        Accounts whose value is simulated, by column of ACCOUNTS.
    parts
        Of `settings.PARTS`.
    rule_columns
        Columns of ACCOUNTS that the rules of segments look at.
    formulas
        What calculated measures are made of, by their column.
    """

    is_everything: bool
    columns: Mapping[str, int]
    parts: tuple[str, ...]
    rule_columns: tuple[str, ...] = ()
    formulas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """All that is simulated: columns and parts."""
        return (*self.columns, *self.parts)

    def among(self, *figures: str) -> tuple[str, ...]:
        """
        Keep what is simulated of some figures, and of what they are made of.

        Parameters
        ----------
        figures
            Columns of ACCOUNTS, parts, or keys of `MADE_OF`.
        """
        sources = [code for name in figures for code in self._sources(name)]
        return tuple(code for code in dict.fromkeys(sources) if code in self.codes)

    def _sources(self, figure: str) -> tuple[str, ...]:
        """Name the columns and parts that a figure is made of in the end."""
        if figure in OF_RULES:
            return (*self.rule_columns, figure)
        parts = MADE_OF.get(figure) or self.formulas.get(figure)
        if parts is None:
            return (figure,)
        return tuple(
            code
            for part in parts
            for code in ((part,) if part == figure else self._sources(part))
        )

    def note(self, *figures: str) -> str:
        """Say what of some figures (without any: of all) is simulated; "": nothing."""
        codes = self.among(*figures) if figures else self.codes
        return words.note(codes, is_everything=self.is_everything)


class Labels(NamedTuple):
    """
    What says how accounts are simulated.

    Parameters
    ----------
    counts
        Number of accounts by the text of `account.simulated`.
    rule_columns
        Columns of ACCOUNTS that the rules of segments look at.
    """

    counts: Mapping[str, int]
    rule_columns: tuple[str, ...]


def simulated_of(ws: OpenCompany) -> Simulated:
    """Read what of the open company is simulated."""
    with ws.store.reading() as conn:
        return load_simulated(conn, ws.company_id)


def labels(ws: OpenCompany) -> Labels:
    """Read what says how the open company's accounts are simulated."""
    with ws.store.reading() as conn:
        return load_labels(conn, ws.company_id)


def load_labels(conn: Connection, company_id: str) -> Labels:
    """Read what says how a company's accounts are simulated."""
    saved = account_rows.load_segment_rules(conn, company_id)
    rules = DEFAULT_RULES if saved is None else rules_from_json(saved.rules)
    return Labels(account_rows.count_simulated(conn, company_id), columns_of(rules))


def load_simulated(conn: Connection, company_id: str) -> Simulated:
    """Read what of a company is simulated."""
    company = company_rows.load_company(conn, company_id)
    return simulated_in(company, load_labels(conn, company_id))


def simulated_in(company: Company, labels: Labels) -> Simulated:
    """Tell what of a company is simulated, from the labels of its accounts."""
    columns: Counter[str] = Counter()
    for text, n_rows in labels.counts.items():
        columns.update(dict.fromkeys(filter(None, text.split(";")), n_rows))
    is_sample = company.kind == "sample"
    settings = CompanySettings.from_details(company.details)
    return Simulated(
        is_everything=is_sample,
        columns={} if is_sample else columns,
        parts=() if is_sample else settings.simulated,
        rule_columns=labels.rule_columns,
        formulas=_formulas(settings),
    )


def _formulas(settings: CompanySettings) -> dict[str, tuple[str, ...]]:
    """Name what each calculated measure is made of, as frames have it."""
    measures = [CalculatedMeasure(*pair) for pair in settings.calculated]
    columns = [*map(str, ACCOUNTS.columns), *MADE_OF, *(m.column for m in measures)]
    by_name = {
        column.removesuffix("_minor").replace(" ", "_"): column for column in columns
    }
    return {
        measure.column: tuple(
            by_name[name]
            for name in sorted(names_in(parse(measure.formula)))
            if name in by_name and by_name[name] != measure.column
        )
        for measure in measures
    }
