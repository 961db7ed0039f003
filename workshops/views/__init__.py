"""Pages of the workshops app, one subject per file."""
