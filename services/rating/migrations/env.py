"""Runs the migrations of rating (shared.service.migration)."""

from services.rating import models
from shared.service import migration

migration.run(models.metadata)
