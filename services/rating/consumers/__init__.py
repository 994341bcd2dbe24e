"""The event edge of rating, one module for each event that it reads."""
