"""Receivables as it is, but posting a batch by parts of 25 entries: so few that a batch can be hit in the middle."""

from fastapi import FastAPI

from services.receivables.actions import posting
from services.receivables.main import create_app as create_receivables

PART_ENTRIES = 25


def create_app() -> FastAPI:
    posting.PART_ENTRIES = PART_ENTRIES
    return create_receivables()
