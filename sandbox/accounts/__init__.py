"""The clinic's accounts: people are known by their email address."""
