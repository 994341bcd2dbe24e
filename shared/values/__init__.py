"""Basic values: text, money, numbers, dates."""
