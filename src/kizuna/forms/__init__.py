"""Files that people write: YAML read into records, each flaw told with its line and what was expected."""
