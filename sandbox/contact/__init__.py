"""How to reach the clinic."""
