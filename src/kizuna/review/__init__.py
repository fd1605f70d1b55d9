"""The journal becomes measures and a report."""
