"""The wire types of preferences."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class PreferenceBody(BaseModel):
    """The value of a preference: a JSON object of at most 16 KB, which the suite keeps and does not read."""

    model_config = ConfigDict(extra="forbid")

    value: dict[str, JsonValue] = Field(description="What a program keeps for you.")
