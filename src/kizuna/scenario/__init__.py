"""What was asked for: the exercise file, read and checked."""
