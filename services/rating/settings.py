"""What the rating service is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """`time_zone` is the company's: it says which date today is.

    `export_chunk_orders` is how many orders travel to receivables in one message, at most; a chunk without an answer for
    `answer_patience_seconds` is asked again.
    """

    model_config = SettingsConfigDict(env_prefix="RATING_", env_ignore_empty=True, frozen=True)

    time_zone: str = "America/Chicago"
    export_chunk_orders: int = Field(default=500, ge=1, le=500)
    answer_patience_seconds: float = Field(default=60, ge=1)
