"""Runs the migrations of security (shared.migration)."""

from services.security import models
from shared import migration

migration.run(models.metadata)
