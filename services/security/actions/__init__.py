"""The use cases, one function each: load the facts, ask the rule, save, announce."""
