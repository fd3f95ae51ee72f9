"""A task is one call of a service, for the company of its job."""

from dataclasses import replace

import pytest

from planner.core.errors import NotFoundError
from planner.core.run import RunControl
from planner.jobs import queue
from planner.jobs.tasks import TASKS


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("company_id", ["", "None", "C-GONE"])
def test_a_job_of_no_company_says_so(ws, kind, company_id):
    job_id = queue.submit(ws.store, ws.company_id, None, kind, {}, ws.user)
    job = replace(queue.load(ws.store, job_id), company_id=company_id)
    with pytest.raises(NotFoundError, match=f"no company '{company_id}'"):
        TASKS[kind](ws.store, job, RunControl())
