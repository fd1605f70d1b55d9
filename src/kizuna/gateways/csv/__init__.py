"""CSV, for spreadsheets and statistics packages: a header, and one line for each row."""
