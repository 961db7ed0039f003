"""This office: its name, languages, clock, working days, thresholds and spoken references."""
