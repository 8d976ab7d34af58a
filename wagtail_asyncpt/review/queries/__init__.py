"""Reads of the cockpit, each scoped to what one therapist may see."""
