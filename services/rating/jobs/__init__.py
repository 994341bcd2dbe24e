"""The background work of rating."""
