"""What the demo shows: pages, exercises, programs, people and clips, all made here."""
