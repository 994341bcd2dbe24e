"""Values that everything else is made of: text, money, numbers, dates."""
