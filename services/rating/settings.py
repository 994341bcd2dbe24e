"""The settings of the rating service, from environment variables."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of the rating service."""

    model_config = SettingsConfigDict(env_prefix="RATING_")

    time_zone: str = "America/Chicago"
    """The company's time zone, which determines today's date."""
    export_chunk_orders: int = Field(default=500, ge=1, le=500)
    """The most orders in one message to receivables."""
    answer_patience_seconds: float = Field(default=60, ge=1)
    """How long rating waits for an answer from receivables before it sends the message again."""
    result_days: int = Field(default=400, ge=1)
    """How long the result of each order in a bulk rating is kept after the run has finished. The run itself stays."""
