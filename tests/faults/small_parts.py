"""Receivables with parts of only 25 entries when it posts a batch, so that a test can hit the middle of a batch."""

from fastapi import FastAPI

from services.receivables.actions import posting
from services.receivables.main import create_app as create_receivables

PART_ENTRIES = 25


def create_app() -> FastAPI:
    posting.PART_ENTRIES = PART_ENTRIES
    return create_receivables()
