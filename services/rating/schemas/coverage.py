"""The coverage check on the wire."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.schemas.ratings import RatingKey


class NearProfileRead(BaseModel):
    """A profile that nearly fits, and the values that differ."""

    model_config = ConfigDict(from_attributes=True)

    profile_id: int
    key: RatingKey
    differs: list[str]


class GapRead(BaseModel):
    """A combination of the five keys that open orders use and no profile covers."""

    model_config = ConfigDict(from_attributes=True)

    reason: Literal["NO_PROFILE", "REGION_REQUIRED", "REGION_AMBIGUOUS"]
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_from: date
    service_to: date
    orders: int
    example: str = Field(description="The number of one of the orders.")
    nearest: list[NearProfileRead]


class CoverageRead(BaseModel):
    """`orders` are open and use `combinations` of the five keys; `waiting` of them cannot be rated, for the gaps named."""

    model_config = ConfigDict(from_attributes=True)

    orders: int
    combinations: int
    waiting: int
    gaps: list[GapRead]
