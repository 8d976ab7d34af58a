"""Articles that the therapists write."""
