"""Runs the migrations of receivables (shared.migration)."""

from services.receivables import models
from shared import migration

migration.run(models.metadata)
