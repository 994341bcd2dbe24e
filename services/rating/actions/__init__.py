"""The use cases of rating: load facts, apply the rule, save, announce. The caller owns the transaction."""
