"""Warnings and notices in the Common Alerting Protocol 1.2 (OASIS): always an exercise, never real."""
