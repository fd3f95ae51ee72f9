"""A store from Python: the same verbs on what the app keeps, on both databases."""

import geopandas as gpd
import pandas as pd
import pytest

import planner
from planner.services.company.companies import load_sample_company
from planner.services.workspace import open_workspace
from tests.services.conftest import *  # noqa: F403


def test_an_empty_store_has_no_company(store_url):
    with planner.open_store(store_url) as store:
        assert store.companies().empty
        with pytest.raises(planner.InputError, match="no company; there are: none"):
            store.company()
