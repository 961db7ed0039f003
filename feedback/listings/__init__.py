"""The listings of feedback, one noun per file."""
