"""Every change of the stakeholders app, one noun per file."""
