"""Weeks of plausible history: each client's program, logs, clips, answers and changes."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.content.clips import make_client_clip
from sandbox.content.exercises import BY_SLUG
from sandbox.content.people import ANSWERS, CHANGES, Patient
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import FormCheck, PrescribedExercise, Review, Week
from wagtail_asyncpt.care.queries import proposed_changes
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.practice.operations import record_work
from wagtail_asyncpt.programs.dose import LoadUnit, convert_load

#: States whose newest week waits for its answer.
WAITING = {"review_due", "flare_up", "past_due"}
SUMMARIES = (
    "Good steady week. Keep the pace you found and leave one repetition in reserve.",
    "You are doing the quiet work that lasts. We add a little next week.",
    "Your numbers and your words say the same: it is settling. On we go.",
    "A busy week, and you still trained. That counts.",
)


@dataclass
class Life:
    """One client's time with the clinic, walked from ``starts_on`` to ``now``."""

    client: Client
    patient: Patient
    therapist: Therapist
    program: Any
    starts_on: dt.date
    now: dt.datetime
    clips: Path
    at: dt.datetime = field(init=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.patient.key)
        self.at = self.moment(self.starts_on - dt.timedelta(days=1), 17)

    def moment(self, day: dt.date, hour: int) -> dt.datetime:
        """``hour`` o'clock UTC+5 or so of ``day``, never later than now."""
        wanted = dt.datetime.combine(day, dt.time(hour + 5 if hour < 19 else 23), dt.UTC)
        return min(wanted, self.now)

    def go(self, day: dt.date, hour: int) -> None:
        """Let time pass to ``hour`` of ``day``."""
        self.at = max(self.at, self.moment(day, hour))

    def live(self) -> None:
        """Walk the weeks."""
        with clock.use(lambda: self.at):
            enrolment = care.enrol(
                therapist=self.therapist,
                client=self.client,
                program=self.program,
                starts_on=self.starts_on,
                goals=f"{self.patient.goal}\n{self.patient.story}",
            )
            week = enrolment.weeks.get(number=1)
            care.publish_week(
                therapist=self.therapist,
                week=week,
                reasons={},
                message="Welcome! Take this week to learn the movements. Write me anything.",
            )
            for number in range(1, self.patient.week + 1):
                if number > 1:
                    week = self.next_week(week)
                if number <= self.patient.weeks_of_history:
                    self.train(week)
                    self.answer(week)
            if self.patient.state == "graduated":
                care.end_enrolment(
                    therapist=self.therapist,
                    enrolment=enrolment,
                    completed=True,
                    reason="All goals reached.",
                )

    def next_week(self, week: Week) -> Week:
        """Draft, adjust and publish the week after ``week``."""
        self.go(week.starts_on + dt.timedelta(days=6), 18)
        self.work(4)
        draft = care.draft_next_week(therapist=self.therapist, week=week, from_program=True)
        reasons = self.adjust(draft)
        draft.refresh_from_db()
        care.publish_week(
            therapist=self.therapist,
            week=draft,
            reasons={
                change.key: reasons.get(str(change.lineage))
                or "The next step of your program; last week went well."
                for change in proposed_changes(draft)
            },
            message=f"Week {draft.number}: {draft.focus}",
        )
        return draft

    def adjust(self, draft: Week) -> dict[str, str]:
        """Apply what the therapist changes for this client; returns reasons by lineage."""
        if draft.number != self.patient.week:
            return {}
        raw, reasons = as_raw(draft.days), {}
        slugs = self.slugs(raw)
        for slug, dose, reason in CHANGES.get(self.patient.key, []):
            for item in self.items(raw):
                if slugs.get(item["value"]["exercise"]) == slug:
                    item["value"]["dose"].update(dose)
                    reasons[item["id"]] = reason
        care.save_draft(
            therapist=self.therapist,
            week=draft,
            days=raw,
            focus=draft.focus,
            base_version=draft.draft_version,
        )
        return reasons

    def items(self, raw: list[Any]) -> list[Any]:
        """The raw lines of all sessions."""
        return [item for session in raw for item in session["value"]["exercises"]]

    def slugs(self, raw: list[Any]) -> dict[int, str]:
        """Slugs of the exercises in ``raw`` by id."""
        from wagtail_asyncpt.library.models import Exercise

        ids = {item["value"]["exercise"] for item in self.items(raw)}
        return dict(Exercise.objects.filter(pk__in=ids).values_list("pk", "slug"))

    def train(self, week: Week) -> None:
        """Log the week's sessions, most of them, and film what was asked for."""
        comment = dict(enumerate(self.patient.comments, start=1)).get(week.number, "")
        sessions = [
            (session, occurrence)
            for session in week.sessions.filter(is_retired=False).order_by("position")
            for occurrence in range(1, session.times + 1)
        ]
        self.chance.shuffle(sessions)
        sessions.sort(key=lambda pair: pair[1])
        for index, (session, occurrence) in enumerate(sessions):
            day = week.starts_on + dt.timedelta(days=min(5, index * 6 // max(len(sessions), 1)))
            self.go(day, self.chance.choice((7, 12, 18)))
            # Who waits for an answer wrote at the end of the week, so that the answer is not late.
            tells = index == (len(sessions) - 1 if self.patient.state in WAITING else 1)
            if not tells and self.chance.random() > self.patient.adherence:
                if self.chance.random() < 0.5:
                    care.skip_session(
                        client=self.client,
                        session=session,
                        occurrence=occurrence,
                        reason=self.chance.choice(("Travel", "Slept badly", "Long day at work")),
                    )
                continue
            self.do(session, occurrence, week, comment if tells else "")
        if week.number > self.patient.weeks_of_history - 2:
            self.film(week)

    def do(self, session: Any, occurrence: int, week: Week, comment: str) -> None:
        """Log one session, set by set."""
        log = care.start_session(client=self.client, session=session, occurrence=occurrence)
        for line in session.prescribed.filter(is_retired=False).select_related("exercise"):
            for number in range(1, line.prescribed_dose.set_count + 1):
                self.at = min(self.at + dt.timedelta(seconds=75), self.now)
                self.log_set(log, line, number)
            if line.section == "main" and line.position in (1, 2):
                self.tell_pain(log, line, week)
        care.finish_session(
            client=self.client,
            session_log=log,
            effort=self.chance.choice((5, 6, 6, 7)),
            comment=comment,
        )

    def log_set(self, log: Any, line: PrescribedExercise, number: int) -> None:
        """Log one set close to its prescription."""
        dose = line.prescribed_dose
        load, unit = dose.load_value, dose.load_unit
        if load is not None and unit in (LoadUnit.KG, LoadUnit.LB):
            load = convert_load(load, unit, self.client.weight_unit)
            unit = self.client.weight_unit
        reps = dose.reps_max or dose.reps
        if reps and number == dose.set_count and self.chance.random() < 0.3:
            reps -= 1
        care.log_set(
            client=self.client,
            session_log=log,
            prescribed=line,
            key=uuid.uuid4(),
            set_number=number,
            reps=reps,
            hold_seconds=dose.hold_seconds,
            load=load,
            load_unit=unit,
            effort=(dose.effort or Decimal(6)) + self.chance.choice((0, 0, 0, 1, -1)),
        )

    def tell_pain(self, log: Any, line: PrescribedExercise, week: Week) -> None:
        """Tell the week's typical pain, give or take one."""
        typical = self.patient.pain[min(week.number, len(self.patient.pain)) - 1]
        is_flare = self.patient.state == "flare_up" and week.number == self.patient.week
        shift = 0 if is_flare else self.chance.choice((-1, 0, 0, 1))
        care.log_exercise(
            client=self.client,
            session_log=log,
            prescribed=line,
            key=uuid.uuid4(),
            pain=max(0, min(typical + shift, 10)),
        )

    def film(self, week: Week) -> None:
        """Send the clips that were asked for; one client's knee caves in on one of them."""
        for check in FormCheck.objects.filter(week=week).select_related("prescribed__exercise"):
            written = BY_SLUG[check.prescribed.exercise.slug]
            view = "front" if check.camera_view == "front" else "side"
            fault = None
            if self.patient.state == "review_due" and view == "front":
                fault = "knee_valgus"
            path = self.clips / f"client-{written.clip}-{view}-{fault or 'fine'}.mp4"
            try:
                make_client_clip(written.clip, path, view=view, fault=fault)
            except ValueError:  # not every movement is drawn from every side
                view = written.view
                path = self.clips / f"client-{written.clip}-{view}-fine.mp4"
                make_client_clip(written.clip, path, view=view)
            self.send(check, path)

    def send(self, check: FormCheck, path: Path) -> None:
        """Upload a clip as the portal does, and have it transcoded."""
        data = path.read_bytes()
        upload, _created = care.create_upload(
            client=self.client,
            form_check=check,
            key=uuid.uuid4(),
            length=len(data),
            filename=path.name,
        )

        def write(part: Path, *, offset: int, limit: int) -> int:
            part.write_bytes(data)
            return len(data)

        upload = care.append_to_upload(client=self.client, upload=upload, offset=0, write=write)
        care.process_clip(clip_id=upload.clip.pk)

    def work(self, minutes: int) -> None:
        """The therapist works for this client for some minutes."""
        for _beat in range(minutes * 4):
            self.at = min(self.at + dt.timedelta(seconds=15), self.now)
            record_work(therapist=self.therapist, client=self.client, seconds=15)

    def answer(self, week: Week) -> None:
        """Answer the week, unless it is the newest one of a client who waits for it."""
        is_newest = week.number == self.patient.weeks_of_history
        if is_newest and self.patient.state in WAITING:
            return
        self.go(week.starts_on + dt.timedelta(days=6), 15)
        review = Review.objects.filter(week=week, status="waiting").first() or care.open_review(
            week=week, reason="week_done"
        )
        self.work(self.chance.choice((4, 5, 7)))
        self.answer_clips(week)
        care.answer_review(
            therapist=self.therapist,
            review=review,
            summary=SUMMARIES[week.number % len(SUMMARIES)],
        )
        if not is_newest or self.chance.random() < 0.5:
            self.at = min(self.at + dt.timedelta(hours=2), self.now)
            care.acknowledge_review(client=self.client, review=review)

    def answer_clips(self, week: Week) -> None:
        """Comment on the week's clips and give the verdicts."""
        written = ANSWERS.get(self.patient.key) or [
            ("keep", 2.0, "Steady and in control. This is what we want to see.")
        ]
        for check in FormCheck.objects.filter(week=week, status="ready"):
            clip = check.clips.first()
            for _verdict, second, words in written:
                care.add_video_comment(
                    therapist=self.therapist,
                    clip=clip,
                    key=uuid.uuid4(),
                    at_seconds=min(second, clip.duration),
                    text=words,
                )
            care.answer_form_check(
                therapist=self.therapist,
                form_check=check,
                verdict=written[0][0],
                note="Keep this picture in mind for the next session.",
            )
