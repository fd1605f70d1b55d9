"""The words that cross the bus and lie in files."""
