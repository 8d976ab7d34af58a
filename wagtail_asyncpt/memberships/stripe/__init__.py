"""All talk with Stripe. ``client`` alone imports the ``stripe`` package."""
