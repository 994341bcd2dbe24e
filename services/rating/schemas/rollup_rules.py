"""Roll-up rules on the wire and in files."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.rollup_rules import RollupRule
from shared.values.numbers import CompanyNumber
from shared.values.text import NumberText

Style = Literal["single", "rollup"]
Grouping = Literal["none", "matter", "attorney"]
Cycle = Literal["weekly", "monthly"]


class RollupRuleBody(BaseModel):
    """How the orders of a bill-to come on invoices: each on its own, or gathered by branch and cycle, and no further or
    by matter or attorney. The cycle is that of the service date.
    """

    model_config = ConfigDict(extra="forbid")

    style: Style
    grouping: Grouping = "none"
    cycle: Cycle | None = Field(default=None, description="For `rollup`: weekly is Monday to Sunday.")


class RollupRuleRow(RollupRuleBody):
    """The rule of a bill-to: one JSON object, or one row of a file with these columns."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    ar_company: CompanyNumber
    bill_to: NumberText

    def to_rule(self) -> RollupRule:
        return RollupRule(self.ar_company, self.bill_to, self.style, self.grouping, self.cycle)


class RollupRuleRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    ar_company: int
    bill_to: str
    style: Style
    grouping: Grouping
    cycle: Cycle | None
    bill_to_name: str | None
    revision: int
