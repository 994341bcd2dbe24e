"""Owns what the gateway tells at /metrics besides its requests: the permission table, what it carries now, what the audit lacks."""

from prometheus_client import Metric

from gateway.denials import Denials
from gateway.permissions import Permissions
from gateway.proxy import Proxy
from shared.process.metrics import Lookup, gauge, gauge_by


def measure(permissions: Permissions, proxy: Proxy, denials: Denials) -> Lookup:
    async def look() -> list[Metric]:
        return [
            gauge("ratebook_permissions_age_seconds", "Since the table was asked for.", permissions.age_seconds),
            gauge("ratebook_permissions_epoch", "Of the permission table, 0 without one.", permissions.epoch),
            gauge_by("ratebook_gateway_in_work", "Requests in work at a service.", "upstream", proxy.in_work),
            gauge_by("ratebook_gateway_refused", "1: left alone because it failed.", "upstream", proxy.refused),
            gauge("ratebook_gateway_denials_unsent", "Denials that the audit has not heard of.", denials.unsent),
            gauge("ratebook_gateway_open_streams", "Event streams that are carried.", len(proxy.streams)),
        ]

    return look
