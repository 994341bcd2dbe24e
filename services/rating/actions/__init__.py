"""The use cases of rating: load facts, apply a rule, save, publish events. The caller owns the transaction."""
