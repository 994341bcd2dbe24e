"""The sample company: its rate cards, customers, groups and a thousand work orders."""
