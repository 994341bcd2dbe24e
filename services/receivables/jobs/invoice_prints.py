"""Carries prints of invoices on, a file a transaction; a crash loses the file in hand and nothing else."""

from services.receivables.actions.documents import print_part
from shared.jobs import Job

print_job = Job(print_part)
