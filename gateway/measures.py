"""The gateway's own metrics: the permission table, requests in progress, and denials not reported yet."""

from prometheus_client import Metric

from gateway.denials import Denials
from gateway.permissions import Permissions
from gateway.proxy import Proxy
from shared.process.metrics import Lookup, gauge, gauge_by


def measure(permissions: Permissions, proxy: Proxy, denials: Denials) -> Lookup:
    """The gateway's own figures for each scrape."""

    async def look() -> list[Metric]:
        return [
            gauge(
                "ratebook_permissions_age_seconds",
                "Age of the permission table.",
                permissions.age_seconds,
            ),
            gauge("ratebook_permissions_epoch", "Epoch of the permission table, 0 without one.", permissions.epoch),
            gauge_by("ratebook_gateway_in_work", "Requests in progress at a service.", "upstream", proxy.in_work),
            gauge_by(
                "ratebook_gateway_refused",
                "1 while a failing service gets no requests.",
                "upstream",
                proxy.refused,
            ),
            gauge("ratebook_gateway_denials_unsent", "Denials not reported to the audit yet.", denials.unsent),
            gauge("ratebook_gateway_open_streams", "Open event streams.", len(proxy.streams)),
        ]

    return look
