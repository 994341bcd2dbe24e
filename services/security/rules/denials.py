"""Owns what is known of requests that a gateway refused."""

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Denial:
    """One kind of refusal, `count` times between `begin` and `end`. `subject` is `unknown` without a valid token."""

    begin: datetime
    end: datetime
    subject: str
    name: str
    address: str
    operation: str
    feature: str
    level: str
    status: int
    reason: str
    count: int

    @property
    def path(self) -> str:
        """Of the operation `GET /api/v1/rating/exports`, as callers know it."""
        return self.operation.partition(" ")[2]

    def told(self) -> str:
        """What has no column of its own in the audit, as a JSON text."""
        window = {"begin": self.begin.isoformat(), "end": self.end.isoformat()}
        return json.dumps({"refused": self.count, "reason": self.reason, "address": self.address, **window})
