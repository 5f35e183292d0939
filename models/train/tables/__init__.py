"""What was measured, a file a table."""
