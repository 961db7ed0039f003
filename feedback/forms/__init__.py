"""The forms of feedback, one noun per file."""
