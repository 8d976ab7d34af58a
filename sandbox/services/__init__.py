"""What the clinic treats in person."""
