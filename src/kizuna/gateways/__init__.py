"""Other people's formats, one standard a folder."""
