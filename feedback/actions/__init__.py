"""Every change people make to requests, needs, surveys and responses, one noun per file."""
