"""Time and transport."""
