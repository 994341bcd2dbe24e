"""CSV, XLSX, PDF and e-mail, without HTTP."""
