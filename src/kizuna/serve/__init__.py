"""Messages for people, over HTTP."""
