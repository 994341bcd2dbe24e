"""The statements of the export: claiming orders, sending, applying answers, and reading runs."""
