"""
Other people's methods on our instances.

All from requirements-dev.txt but spopt, whose rows are left out where it is missing.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.core.run import RunControl
from planner.territory.model.problem import Problem
from planner.territory.search.seeds import flow_seed

Labels = NDArray[np.int64]
_ROUNDS = 100  # of the flow's alternation: until nothing moves
_TREE_TOLERANCE = 0.05  # GerryChain's tree is asked for no less
_PARTS = 1_000_000  # whole parts of an ideal load
_BURSTS = 100  # of ReCom, ten steps each


def flow_lloyd(problem: Problem, seed: int) -> Labels:
    """Alternate OR-Tools' min-cost flow and centroids until nothing moves."""
    return flow_seed(problem, np.random.default_rng(seed), _ROUNDS, RunControl())


def flow_lloyd_short(problem: Problem, seed: int) -> Labels:
    """Alternate five times only: quick and not converged; five is our choice."""
    return flow_seed(problem, np.random.default_rng(seed), 5, RunControl())


def k_means(problem: Problem, seed: int) -> Labels:
    """Run scikit-learn's weighted KMeans; knows no balance."""
    from sklearn.cluster import KMeans

    model = KMeans(problem.n_territories, random_state=seed, n_init=1)
    model.fit(problem.xy, sample_weight=problem.pull)
    return np.asarray(model.labels_, dtype=np.int64)


def k_means_constrained(problem: Problem, seed: int) -> Labels:
    """Run k-means-constrained; balances the number of units, not their weight."""
    from k_means_constrained import KMeansConstrained

    mean = problem.n_units / problem.n_territories
    model = KMeansConstrained(
        problem.n_territories,
        size_min=int(mean * 0.95),
        size_max=int(np.ceil(mean * 1.05)),
        random_state=seed,
        n_init=1,
    )
    return np.asarray(model.fit_predict(problem.xy), dtype=np.int64)


def _graph(problem: Problem) -> Any:
    import networkx as nx
    from gerrychain import Graph

    plain = nx.Graph()
    parts = np.rint(problem.share[:, 0] * _PARTS).astype(int)
    for unit in range(problem.n_units):
        plain.add_node(unit, load=int(parts[unit]))
    plain.add_edges_from(problem.pairs.tolist())
    return Graph.from_networkx(plain)


def gerrychain_tree(problem: Problem, seed: int) -> Labels:
    """Cut random spanning trees (GerryChain `recursive_tree_part`) within 5 %."""
    return _of_nodes(_tree(problem, _graph(problem), seed), problem)


def gerrychain_recom(problem: Problem, seed: int) -> Labels:
    """
    Merge and cut two territories again and again (GerryChain's ReCom) within 5 %.

    Short bursts of ten steps from the tree's plan for the least travel, 1,000 steps.
    """
    from gerrychain import Partition
    from gerrychain.constraints import contiguous
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom
    from gerrychain.updaters import Tally

    graph = _graph(problem)
    start = Partition(
        graph, _tree(problem, graph, seed), updaters={"load": Tally("load")}
    )
    ideal = _PARTS * float(problem.share[:, 0].sum()) / problem.n_territories
    chain = SingleMetricOptimizer(
        partial(recom, pop_col="load", pop_target=ideal, epsilon=_TREE_TOLERANCE),
        contiguous,
        start,
        lambda plan: problem.travel(_of_nodes(plan.assignment, problem)),
        maximize=False,
        rng=seed,
    )
    for _ in chain.short_bursts(10, _BURSTS):
        pass
    return _of_nodes(chain.best_part.assignment, problem)


def _tree(problem: Problem, graph: Any, seed: int) -> Any:
    from gerrychain.partition import recursive_tree_part

    random.seed(seed)
    return recursive_tree_part(
        graph,
        range(problem.n_territories),
        _PARTS * float(problem.share[:, 0].sum()) / problem.n_territories,
        "load",
        _TREE_TOLERANCE,
    )


def _of_nodes(found: Any, problem: Problem) -> Labels:
    """Read the territory of each node."""
    return np.array([found[unit] for unit in range(problem.n_units)], dtype=np.int64)


def ward(problem: Problem, seed: int) -> Labels:
    """Merge neighbours by Ward's criterion (spopt's WardSpatial); no balance."""
    del seed  # deterministic
    from scipy.sparse import coo_array
    from sklearn.cluster import AgglomerativeClustering

    pairs = problem.pairs
    size = (problem.n_units, problem.n_units)
    linked = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), size)
    model = AgglomerativeClustering(
        n_clusters=problem.n_territories, connectivity=linked.tocsr(), linkage="ward"
    )
    return np.asarray(model.fit_predict(problem.xy), dtype=np.int64)


def _spatial(problem: Problem) -> tuple[Any, Any]:
    """Make the frame of points and the weights that spopt wants."""
    import geopandas as gpd
    from libpysal.weights import W

    columns = {"x": problem.xy[:, 0], "y": problem.xy[:, 1]}
    columns["load"] = problem.share[:, 0]
    points = gpd.points_from_xy(problem.xy[:, 0], problem.xy[:, 1])
    ends = np.split(problem.indices, problem.indptr[1:-1])
    weights = W({unit: list(map(int, ends[unit])) for unit in range(problem.n_units)})
    return gpd.GeoDataFrame(columns, geometry=points), weights


def skater(problem: Problem, seed: int) -> Labels:
    """Prune a spanning tree (spopt's Skater); a floor of units, no balance of loads."""
    del seed  # deterministic
    from spopt.region import Skater

    frame, weights = _spatial(problem)
    floor = problem.n_units // (3 * problem.n_territories)
    model = Skater(
        frame, weights, ["x", "y"], n_clusters=problem.n_territories, floor=floor
    )
    model.solve()
    return _numbered(model.labels_)


def region_k_means(problem: Problem, seed: int) -> Labels:
    """Run spopt's RegionKMeansHeuristic; of one piece each, no balance."""
    from spopt.region import RegionKMeansHeuristic

    _, weights = _spatial(problem)
    model = RegionKMeansHeuristic(problem.xy, problem.n_territories, weights, seed=seed)
    model.solve()
    return _numbered(model.labels_)


def azp(problem: Problem, seed: int) -> Labels:
    """Run spopt's AZP (automatic zoning); of one piece each, no balance."""
    from spopt.region import AZP

    frame, weights = _spatial(problem)
    model = AZP(
        frame,
        weights,
        ["x", "y"],
        n_clusters=problem.n_territories,
        random_state=seed,
    )
    model.solve()
    return _numbered(model.labels_)


def _numbered(labels: Any) -> Labels:
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Peer:
    """A method, the most units · territories it is run on, modules to load before."""

    find: Callable[[Problem, int], Labels]
    most: int
    modules: tuple[str, ...] = ()


PEERS = {
    "flow Lloyd, 5 rounds": Peer(flow_lloyd_short, 12_000_000),
    "flow Lloyd": Peer(flow_lloyd, 12_000_000),
    "GerryChain tree": Peer(gerrychain_tree, 2_000_000, ("gerrychain",)),
    "GerryChain ReCom": Peer(gerrychain_recom, 200_000, ("gerrychain",)),
    "KMeans": Peer(k_means, 60_000_000, ("sklearn.cluster",)),
    "k-means-constrained": Peer(
        k_means_constrained, 2_000_000, ("k_means_constrained",)
    ),
    "Ward": Peer(ward, 200_000, ("sklearn.cluster",)),
}
if importlib.util.find_spec("spopt") is not None:
    _MODULES = ("spopt.region", "libpysal.weights", "geopandas")
    PEERS |= {
        "spopt Skater": Peer(skater, 6_000, _MODULES),
        "spopt RegionKMeans": Peer(region_k_means, 6_000, _MODULES),
        "spopt AZP": Peer(azp, 6_000, _MODULES),
    }
