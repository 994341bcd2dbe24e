"""The statements of reconciliation, counted from the rows that were posted in some months.

Each statement begins with these rows, and looks up what belongs to them by keys, so that its work grows with them and
not with the tables.
"""
