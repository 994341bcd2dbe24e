"""The house rules that no linter knows. `make check` runs them, and each finding says what to do."""
