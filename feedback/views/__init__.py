"""The views of feedback, one noun per file."""
