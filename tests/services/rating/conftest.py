"""Orders on rollups, and orders that servers earn from."""

from tests.fixtures.commissions import adjust, close, credit, paying, rated, totals
from tests.fixtures.rollups import rated_ids, rolled

__all__ = ["adjust", "close", "credit", "paying", "rated", "rated_ids", "rolled", "totals"]
