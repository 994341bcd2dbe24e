"""Runs the migrations of receivables (shared.service.migration)."""

from services.receivables import models
from shared.service import migration

migration.run(models.metadata)
