"""Runs the migrations of rating (shared.migration)."""

from services.rating import models
from shared import migration

migration.run(models.metadata)
