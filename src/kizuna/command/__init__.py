"""Who may decide, who did, and the record of it that nobody can rewrite."""
