"""Owns the version of the suite: one for every process, document and command.

pyproject.toml repeats it; a test fails when the two differ.
"""

VERSION = "0.1.0"
