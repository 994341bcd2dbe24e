"""The version of the suite, the same for every process, document and command.

pyproject.toml repeats it; a test fails if the two differ.
"""

VERSION = "0.1.0"
CONTACT = {"name": "The people who run this installation"}
"""Whom to ask, in the OpenAPI documents."""
