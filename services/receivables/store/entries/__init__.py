"""The rows of entries, and the facts for their input."""
