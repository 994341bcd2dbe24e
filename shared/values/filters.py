"""The filters of lists, as rules and SQL statements read them."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from shared.values.text import Line


class Filter(BaseModel):
    """The filters of a list, read from the query; None is no filter."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RunFilter(Filter):
    """Filters work that people requested and that is done in the background."""

    requested_by: Line | None = Field(default=None, description="The name of the requester; `me` is you.")
    finished: bool | None = Field(default=None, description="Whether nothing is left to do.")

    def seen_by(self, name: str) -> Self:
        """The filter for a caller of this name, who is `me`."""
        return self.model_copy(update={"requested_by": name}) if self.requested_by == "me" else self
