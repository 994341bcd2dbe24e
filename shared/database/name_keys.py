"""How migrations give names and numbers a key for comparison.

These functions are frozen like migrations: a change is a new function, called from a new migration of each service.
"""

import unicodedata

_INVISIBLE = {chr(code) for code in (0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x17B4, 0x17B5)} | {
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def fold_v1(name: str) -> str:
    """The form of `shared.values.names.fold` when names got their keys."""
    folded = name.casefold()
    for _ in range(2):
        visible = (
            char
            for char in unicodedata.normalize("NFKD", folded)
            if char not in _INVISIBLE and unicodedata.category(char) != "Cf"
        )
        folded = unicodedata.normalize("NFKD", "".join(visible).casefold())
    return " ".join(folded.split())


def number_key_v1(table: str) -> list[str]:
    """Adds `number_key` to a table, kept by a trigger.

    Numbers are letters of English, digits and marks, so `lower` gives the form of `fold_v1`.
    """
    return [
        f'ALTER TABLE {table} ADD number_key text COLLATE "C"',
        """
        CREATE FUNCTION set_number_key() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.number_key := lower(NEW.number);
            RETURN NEW;
        END $$
        """,
        f"""
        CREATE TRIGGER {table}_number_key BEFORE INSERT OR UPDATE OF number ON {table}
        FOR EACH ROW EXECUTE FUNCTION set_number_key()
        """,
    ]
