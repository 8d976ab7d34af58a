"""The clinic's front page, plain pages and the look shared by all of them."""
