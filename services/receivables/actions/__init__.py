"""The use cases of receivables: load facts, apply the rule, save, announce. The caller owns the transaction."""
