"""Kizuna links the sensors of several nations into one air picture and measures what the link buys."""
