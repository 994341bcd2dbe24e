"""The metrics of a process for Prometheus: requests, events, and values that are looked up for each scrape.

Every name is listed in docs/operations.md. Values from a database are looked up when they are scraped. A scrape never
fails because a source is down; `ratebook_lookup_up` reports it.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from prometheus_client import Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily

from shared.process import recent
from shared.process.version import VERSION

log = logging.getLogger(__name__)
METRICS_PATH = "/metrics"
_BUCKET_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
_REQUESTS = Histogram(
    "ratebook_http_request_seconds",
    "Time from the arrival of a request to the head of its answer; _count is the number of requests.",
    ("service", "method", "route", "status"),
    buckets=_BUCKET_SECONDS,
)
INBOX_DUPLICATES = Counter(
    "ratebook_inbox_duplicates", "Events delivered again after they were handled.", ("consumer",)
)
FOREIGN_MESSAGES = Counter(
    "ratebook_foreign_messages",
    "Messages on the subject of an event that were not events, and were dropped.",
    ("consumer",),
)
GIVEN_UP = Counter(
    "ratebook_job_given_up", "Rows that a job gave up after several tries; the log names them.", ("job",)
)
BUILD = Gauge("ratebook_build_info", "Always 1; the label is the version of this process.", ("version",))
BUILD.labels(VERSION).set(1)
Lookup = Callable[[], Awaitable[Iterable[Metric]]]


class _HasPath(Protocol):
    """A route: its path is the template, never the path of a request."""

    @property
    def path(self) -> str: ...


class Requests:
    """Counts and times the requests of one application. Labels are bound once for each route and outcome."""

    def __init__(self, service: str):
        self._service = service
        self._bound: dict[tuple[str, str, int], Histogram] = {}

    def note(self, route: _HasPath | None, method: str, status: int, seconds: float) -> None:
        """Records one request.

        Without a `route` it matched no operation, and its method may be any text, so it is not a label. Status 0 means
        that there was no answer.
        """
        key = (route.path, method, status // 100) if route is not None else ("none", "", status // 100)
        bound = self._bound.get(key)
        if bound is None:
            bound = self._bound[key] = self._bind(*key)
        bound.observe(seconds)
        recent.REQUESTS.note(seconds)

    def _bind(self, path: str, method: str, status_class: int) -> Histogram:
        return _REQUESTS.labels(self._service, method, path, f"{status_class}xx" if status_class else "none")


def gauge(name: str, words: str, value: float) -> Metric:
    """A gauge with one value."""
    return GaugeMetricFamily(name, words, value=value)


def gauge_by(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    """A gauge with one value for each value of `label`."""
    family = GaugeMetricFamily(name, words, labels=(label,))
    for word, value in values.items():
        family.add_metric((word,), value)
    return family
