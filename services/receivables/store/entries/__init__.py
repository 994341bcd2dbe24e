"""Entries of batches, and the facts that entering them needs."""
