"""The records that people keep. Each is declared once, for its table, its bodies and its files."""
