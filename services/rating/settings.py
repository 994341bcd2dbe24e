"""The settings of the rating service, from environment variables."""

from pathlib import Path

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
    attachments_directory: Path | None = None
    """A directory that all instances share, for the files at work orders. Without it they are in the database."""
    result_days: int = Field(default=400, ge=1)
    """How long the result of each order in a bulk rating is kept after the run has finished. The run itself stays."""
