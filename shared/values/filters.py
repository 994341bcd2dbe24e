"""The filters of lists, as rules and SQL statements read them."""

from pydantic import BaseModel, ConfigDict


class Filter(BaseModel):
    """The filters of a list, read from the query; None is no filter."""

    model_config = ConfigDict(frozen=True, extra="ignore")
