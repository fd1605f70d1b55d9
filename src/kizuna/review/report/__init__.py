"""One self-contained page that answers what linking the sensors bought."""
