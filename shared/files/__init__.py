"""CSV, XLSX, PDF and e-mail, independent of HTTP."""
