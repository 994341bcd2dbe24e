"""Owns the filters of lists: what a caller asks for, as rules and statements read it."""

from pydantic import BaseModel, ConfigDict


class Filter(BaseModel):
    """The conditions of a list, read from the query; None leaves a side open."""

    model_config = ConfigDict(frozen=True, extra="ignore")
