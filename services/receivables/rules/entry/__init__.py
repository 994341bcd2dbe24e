"""Entry of invoices and their amendments: defaults, what is open, what is refused, and what a batch posts."""
