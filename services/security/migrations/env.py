"""Runs the migrations of security (shared.service.migration)."""

from services.security import models
from shared.service import migration

migration.run(models.metadata)
