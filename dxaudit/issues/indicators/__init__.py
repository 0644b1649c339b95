"""One function per catalogue entry, by perspective."""
