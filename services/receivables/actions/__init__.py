"""The use cases of receivables: load facts, apply the rules, save, publish. The caller owns the transaction."""
