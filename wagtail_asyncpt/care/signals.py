"""Signals of the weekly loop: sent inside the transaction that writes the row.

Each is sent with ``sender`` (the model), ``instance``, ``client``, ``therapist`` (or ``None``) and
``key``, which names the cause and is the same when the cause is replayed.
"""

from django.dispatch import Signal

enrolled = Signal()
enrolment_ended = Signal()
enrolment_reopened = Signal()
week_published = Signal()
session_logged = Signal()
client_commented = Signal()
pain_reported = Signal()
clip_received = Signal()
video_commented = Signal()
form_check_answered = Signal()
review_answered = Signal()
review_read = Signal()
