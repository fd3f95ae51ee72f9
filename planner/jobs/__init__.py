"""Long work: a queue in the store, tasks by kind, and the worker process."""

from __future__ import annotations

from planner.store.jobs import Job

__all__ = ["Job"]
