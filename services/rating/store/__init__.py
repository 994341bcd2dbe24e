"""Every SQL statement of rating, one module per table group."""
