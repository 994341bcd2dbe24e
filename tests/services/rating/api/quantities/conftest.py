"""Rating with quantities of a company's own."""

from tests.fixtures.quantities import defined, entered

__all__ = ["defined", "entered"]
