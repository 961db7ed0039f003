"""Forms of the stakeholders app, one noun per file."""
