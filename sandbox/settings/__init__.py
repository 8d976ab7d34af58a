"""Settings of the sandbox: ``base`` and its three uses, ``demo``, ``test`` and ``production``."""
