"""The bodies of credit requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.receivables.actions.credit_requests import RequestWhole
from services.receivables.rules.credit_memos import CreditWarning
from services.receivables.rules.credit_requests import CreditRequestRow, RequestedLine
from shared.values.fields import parts_of


@dataclass(frozen=True)
class CreditRequestRead(CreditRequestRow):
    """A request with the amount to credit on each line. `warnings` name what looks wrong with its date."""

    lines: Sequence[RequestedLine]
    warnings: Sequence[CreditWarning]

    @classmethod
    def of(cls, request: RequestWhole) -> "CreditRequestRead":
        return cls(**parts_of(request.head, CreditRequestRow), lines=request.lines, warnings=request.warnings)
