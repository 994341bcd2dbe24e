"""One function for each use case: load the facts, ask the rule, save, announce."""
