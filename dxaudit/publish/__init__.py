"""The batch of reports, and the formats they come in."""
