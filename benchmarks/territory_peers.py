"""Other people's methods on our instances; all from requirements-dev.txt."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.core.run import RunControl
from planner.territory.problem import Problem
from planner.territory.seeds import flow_seed

Labels = NDArray[np.int64]
_ROUNDS = 100  # of the flow's alternation: until nothing moves
_TREE_TOLERANCE = 0.05  # GerryChain's tree is asked for no less


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
    parts = np.rint(problem.share[:, 0] * 1_000_000).astype(int)
    for unit in range(problem.n_units):
        plain.add_node(unit, load=int(parts[unit]))
    plain.add_edges_from(problem.pairs.tolist())
    return Graph.from_networkx(plain)


def gerrychain_tree(problem: Problem, seed: int) -> Labels:
    """Cut random spanning trees (GerryChain `recursive_tree_part`) within 5 %."""
    from gerrychain.partition import recursive_tree_part

    random.seed(seed)
    graph = _graph(problem)
    found = recursive_tree_part(
        graph,
        range(problem.n_territories),
        1_000_000 * float(problem.share[:, 0].sum()) / problem.n_territories,
        "load",
        _TREE_TOLERANCE,
    )
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


PEERS: dict[str, tuple[Callable[[Problem, int], Labels], int]] = {
    # name: method, most units · territories it is run on
    "flow Lloyd, 5 rounds": (flow_lloyd_short, 12_000_000),
    "flow Lloyd": (flow_lloyd, 12_000_000),
    "GerryChain tree": (gerrychain_tree, 200_000),
    "KMeans": (k_means, 60_000_000),
    "k-means-constrained": (k_means_constrained, 200_000),
    "Ward": (ward, 200_000),
}
