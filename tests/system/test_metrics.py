"""Every process reports metrics, and those in the alerts exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.client import Clerk, Refused
from deploy.local.suite import Suite
from shared.process.version import VERSION
from tests.system.conftest import Story

ROOT = Path(__file__).parents[2]
ALERTS = (ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text()

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(suite: Suite, url: str) -> Samples:
    """The metrics of a process; services ignore the key."""
    answer = httpx.get(f"{url}/metrics", headers=key_of(suite))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def key_of(suite: Suite) -> dict[str, str]:
    return {"authorization": f"Bearer {suite.home.secrets.metrics_key}"}


def one(samples: Samples, name: str, **labels: str) -> float:
    (found,) = [value for (this, have), value in samples.items() if this == name and labels.items() <= set(have)]
    return found


@pytest.fixture
def told(suite: Suite, story: Story) -> dict[str, Samples]:
    return {name: scrape(suite, server.url) for name, server in suite.servers.items()}


def test_every_process_reports_its_version(told: dict[str, Samples]) -> None:
    assert [one(samples, "ratebook_build_info", version=VERSION) for samples in told.values()] == [1.0] * len(told)


def names_of_alerts() -> Iterator[str]:
    expressions = re.findall(r"expr: (?:>-\n)?(.*?)\n        (?:for|labels):", ALERTS, re.DOTALL)
    assert len(expressions) == ALERTS.count("- alert:")
    for expression in expressions:
        yield from re.findall(r"\bratebook_[a-z_]+\b", expression)


def test_every_metric_in_an_alert_is_reported_by_some_process(told: dict[str, Samples]) -> None:
    told_names = {name for samples in told.values() for name, _ in samples}
    asked = set(names_of_alerts())
    assert len(asked) >= 8
    assert asked - told_names == set()


def test_every_metric_is_documented(told: dict[str, Samples]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    reported = {name for samples in told.values() for name, _ in samples if not name.endswith("_created")}
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in reported}
    ours = {name for name in names if name.startswith("ratebook_")}
    assert [name for name in sorted(ours) if f"`{name}`" not in page] == []
    alerts = re.findall(r"- alert: (\w+)", ALERTS)
    assert [name for name in alerts if name not in page] == []


def test_the_metrics_match_the_finished_demo(told: dict[str, Samples]) -> None:
    assert one(told["rating"], "ratebook_export_runs", status="done") >= 2
    assert one(told["rating"], "ratebook_export_runs", status="waiting") == 0
    assert one(told["rating"], "ratebook_export_run_oldest_age_seconds") == 0
    assert one(told["rating"], "ratebook_dead_letters", consumer="rating-invoice-exported") == 0
    assert one(told["gateway"], "ratebook_permissions_epoch") > 0
    assert 0 <= one(told["gateway"], "ratebook_permissions_age_seconds") < 30
    for service in ("rating", "receivables", "security"):
        assert one(told[service], "ratebook_outbox_pending") == 0
        assert one(told[service], "ratebook_lookup_up", of="database") == 1
        assert one(told[service], "ratebook_database_pool_size") == 10
        assert 0 <= one(told[service], "ratebook_database_pool_in_use") <= 10


def test_a_request_counts_under_its_template_at_the_gateway_and_at_the_service(suite: Suite, story: Story) -> None:
    def counted() -> list[float]:
        gateway, rating = scrape(suite, suite.gateway_url), scrape(suite, suite.servers["rating"].url)
        name = "ratebook_http_request_seconds_count"
        outside, inside = "/api/v1/rating/work-orders/{work_order_id}", "/v1/work-orders/{work_order_id}"
        return [
            one(gateway, name, service="gateway", method="GET", route=outside, status="4xx"),
            one(rating, name, service="rating", method="GET", route=inside, status="4xx"),
        ]

    clerk = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    for missing in (999_999_991, 999_999_992):
        with pytest.raises(Refused, match="404"):
            clerk.get(f"/rating/work-orders/{missing}")
        if missing == 999_999_991:
            before = counted()
    clerk.close()
    assert counted() == [number + 1 for number in before]


def test_invented_paths_do_not_become_labels(suite: Suite) -> None:
    for path in ("/api/v1/rating/invented-by-a-stranger", "/invented-by-a-stranger"):
        assert httpx.request("PURGE", suite.gateway_url + path).status_code in {404, 405}
    text = httpx.get(f"{suite.gateway_url}/metrics", headers=key_of(suite)).text
    assert "invented" not in text
    assert "PURGE" not in text
    assert 'route="none"' in text


def test_callers_of_the_api_cannot_reach_the_metrics(suite: Suite, story: Story) -> None:
    clerk = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    for path in ("/metrics", "/rating/metrics"):
        with pytest.raises(Refused, match="404"):
            clerk.get(path)
    clerk.close()
