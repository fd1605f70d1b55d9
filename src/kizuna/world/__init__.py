"""Truth: objects as columns, moved in time."""
