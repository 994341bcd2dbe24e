"""Trial ratings on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from services.rating.actions.rating_trials import Trial
from services.rating.rules.charges import ChargeEntry
from services.rating.rules.pricing import explain
from services.rating.schemas.charges import ChargeBody, OverrideBody
from services.rating.schemas.ratings import Explanation, RatingLineRead, lines_of
from services.rating.schemas.work_orders import WorkOrderEntry
from shared.values.money import Money


class TrialRead(BaseModel):
    """What a rating would be; nothing was stored. `not_ready` says why the order cannot be rated for good yet."""

    profile_id: int
    region: str
    charges_total: Money
    advances_total: Money
    total: Money
    not_ready: str
    lines: list[RatingLineRead]
    explanation: Explanation

    @classmethod
    def of(cls, trial: Trial) -> "TrialRead":
        rated = trial.rated
        return cls(
            profile_id=rated.profile.id,
            region=rated.region,
            charges_total=rated.charges_total,
            advances_total=rated.advances_total,
            total=rated.total,
            not_ready=trial.not_ready,
            lines=lines_of(rated.lines, trial.commissions),
            explanation=Explanation.model_validate(explain(rated)),
        )


class TrialRequest(BaseModel):
    """An order that need not exist, with what would be entered for it."""

    model_config = ConfigDict(extra="forbid")

    order: WorkOrderEntry
    prebills: tuple[ChargeBody, ...] = Field(default=(), max_length=100)
    manual_lines: tuple[ChargeBody, ...] = Field(default=(), max_length=100)
    overrides: tuple[OverrideBody, ...] = Field(default=(), max_length=100)

    def to_charges(self) -> dict[str, ChargeEntry]:
        """The charges by where they stand."""
        return {
            **{f"/prebills/{index}": one.to_entry("prebill") for index, one in enumerate(self.prebills)},
            **{f"/manual_lines/{index}": one.to_entry("manual") for index, one in enumerate(self.manual_lines)},
            **{f"/overrides/{index}": one.to_entry() for index, one in enumerate(self.overrides)},
        }
