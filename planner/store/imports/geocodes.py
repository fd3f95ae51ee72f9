"""Answers of address services, kept; and the turn-taking of those who ask them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from planner.store.rows.records import utc_now
from planner.store.rows.schema import geocode, meta

NEXT_TURN = "geocoder_next_turn"  # row of `meta`: when the next question may be asked
_LONGEST_QUEUE_S = 3600.0  # a turn later than this was noted by a clock gone wrong
_ASKED = 400  # keys named in one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a service said of an address.

    Parameters
    ----------
    lat, lon
        Degrees; None: it does not know the address.
    geo_precision
        One of the GEO_PRECISIONS; empty if not found.
    """

    lat: float | None
    lon: float | None
    geo_precision: str


def load_answers(
    conn: sa.Connection, provider: str, queries: Sequence[str]
) -> dict[str, Answer]:
    """
    Read what is known.

    Parameters
    ----------
    conn
        Any connection.
    provider
        Kind and address of the service.
    queries
        Addresses as asked.

    Returns
    -------
    Answer by query, only of those asked before.
    """
    columns = geocode.c
    query = sa.select(
        columns.query, columns.lat, columns.lon, columns.geo_precision
    ).where(columns.provider == provider)
    answers = {}
    for start in range(0, len(queries), _ASKED):
        part = list(queries[start : start + _ASKED])
        for row in conn.execute(query.where(columns.query.in_(part))):
            answers[row.query] = Answer(
                lat=row.lat, lon=row.lon, geo_precision=row.geo_precision
            )
    return answers


def save_answer(conn: sa.Connection, provider: str, query: str, answer: Answer) -> None:
    """Keep an answer, also that an address is not known; the newest counts."""
    conn.execute(
        sa.delete(geocode).where(
            geocode.c.provider == provider, geocode.c.query == query
        )
    )
    conn.execute(
        sa.insert(geocode).values(
            provider=provider,
            query=query,
            lat=answer.lat,
            lon=answer.lon,
            geo_precision=answer.geo_precision,
            found_at=utc_now(),
        )
    )


def take_turn(conn: sa.Connection, now_s: float, gap_s: float) -> float:
    """
    Take the next turn to ask a service; whoever uses this store waits in one line.

    Parameters
    ----------
    conn
        Inside a transaction of its own.
    now_s
        Seconds since 1970.
    gap_s
        Least time between two turns.

    Returns
    -------
    When the turn is, seconds since 1970; not before `now_s`.
    """
    mine = meta.c.name == NEXT_TURN
    query = sa.select(meta.c.value).where(mine).with_for_update()
    noted = conn.execute(query).scalar()
    free_s = 0.0 if noted is None else float(noted)
    if free_s > now_s + _LONGEST_QUEUE_S:
        free_s = now_s
    turn_s = max(now_s, free_s)
    value = {"value": repr(turn_s + gap_s)}
    if noted is None:
        conn.execute(sa.insert(meta).values(name=NEXT_TURN, **value))
    else:
        conn.execute(sa.update(meta).where(mine).values(value))
    return turn_s
