"""What feedback sends, one noun per file: each registers its purposes at start-up."""
