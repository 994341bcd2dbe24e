"""The work of rating that no request waits for."""
