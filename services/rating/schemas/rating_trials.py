"""Trial ratings in bodies."""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import MaxLen
from pydantic import BaseModel, ConfigDict

from services.rating.records.charges import Charge, ChargeEntry
from services.rating.records.work_orders import EnteredOrder
from services.rating.schemas.charges import Override, entry_of

Charges = Annotated[Sequence[Charge], MaxLen(100)]


class TrialRequest(BaseModel):
    """An order that does not have to exist, with the charges to enter for it."""

    model_config = ConfigDict(extra="forbid")

    order: EnteredOrder
    prebills: Charges = ()
    manual_lines: Charges = ()
    overrides: Annotated[Sequence[Override], MaxLen(100)] = ()

    def to_charges(self) -> dict[str, ChargeEntry]:
        """The charges, by their JSON pointer in the body."""
        return {
            **{f"/prebills/{index}": entry_of(charge, "prebill") for index, charge in enumerate(self.prebills)},
            **{f"/manual_lines/{index}": entry_of(charge, "manual") for index, charge in enumerate(self.manual_lines)},
            **{f"/overrides/{index}": override.to_entry() for index, override in enumerate(self.overrides)},
        }
