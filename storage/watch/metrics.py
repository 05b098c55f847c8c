"""Storage's figures for Prometheus. `prometheus_client.generate_latest()` includes them once the app is ready."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.store import Store, store
from storage.watch.figures import Histogram

LABELS = ["database", "path", "kind"]
HISTOGRAMS = {
    "wait_seconds": "How long work waited for its turn.",
    "run_seconds": "How long work took on its thread.",
    "latency_seconds": "How long work took from being asked for to being done, a write's COMMIT left out.",
    "commit_seconds": "How long a COMMIT took, most of it syncing the log.",
    "batch": "How many pieces of work one COMMIT carried.",
}


class StorageCollector(Collector):
    """Reads the figures of a store when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Nothing beforehand: registering must not ask a store that is not in use yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics, as of now."""
        outcomes = CounterMetricFamily("posthorn_storage_operations", "By outcome.", labels=[*LABELS, "outcome"])
        depth = GaugeMetricFamily("posthorn_storage_queue_depth", "How many operations wait.", labels=LABELS)
        trouble = GaugeMetricFamily(
            "posthorn_storage_trouble", "1 while the disk or the file keeps work from being done.", labels=LABELS
        )
        histograms = {
            name: HistogramMetricFamily(f"posthorn_storage_{name}", text, labels=LABELS)
            for name, text in HISTOGRAMS.items()
        }
        for queue in self._store.queues():
            labels = list(queue.figures.labels.values())
            depth.add_metric(labels, queue.depth)
            trouble.add_metric(labels, queue.figures.trouble.words() is not None)
            for outcome, count in queue.figures.outcomes.items():
                outcomes.add_metric([*labels, outcome], count)
            for name, family in histograms.items():
                _add(family, labels, getattr(queue.figures, name.removesuffix("_seconds")))
        lag = HistogramMetricFamily(
            "posthorn_loop_lag_seconds", "How late the event loop woke a sleeper, in seconds.", labels=[]
        )
        _add(lag, [], self._store.loop_lag)
        yield from (outcomes, depth, trouble, *histograms.values(), lag)


def _add(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    total = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip([*map(str, histogram.bounds), "+Inf"], list(histogram.counts), strict=True):
        total += count
        buckets.append((bound, total))
    family.add_metric(labels, buckets, histogram.sum)


def register() -> None:
    """Show the process's store to Prometheus' default registry. Called once, when the app is ready."""
    REGISTRY.register(StorageCollector(store))
