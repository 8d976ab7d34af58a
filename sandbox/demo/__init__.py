"""``make demo``: the site, the Stripe stand-in and the worker, on loopback, until Ctrl-C."""
