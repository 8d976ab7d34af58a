"""Signals of memberships: sent inside the transaction that writes the row.

Each is sent with ``sender`` (the model), ``instance``, ``client`` and ``key``, which names the
cause and is the same when the cause is replayed. ``resumed`` also has ``paused_at`` and
``resumed_at``, ``plan_changed`` has ``before`` and ``after`` (prices), ``visit_attended`` (of a
Visit) has ``therapist``.
"""

from django.dispatch import Signal

started = Signal()
paused = Signal()
resumed = Signal()
plan_changed = Signal()
ended = Signal()
visit_attended = Signal()
