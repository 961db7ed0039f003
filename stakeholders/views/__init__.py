"""Pages of the stakeholders app, one noun per file."""
