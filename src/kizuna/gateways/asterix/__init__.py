"""ASTERIX, EUROCONTROL's format for surveillance data: categories 001, 020, 021, 034, 048 and 062."""
