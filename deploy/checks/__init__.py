"""The rules of the house that no linter knows; `make check` runs them, each refusal says what to do."""
