"""The hotline 热线 (12319 / 12345): call records, agent states and what they count. Pure."""
