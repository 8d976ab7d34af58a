"""Exercises with their clips, and the program pages."""

import uuid
from pathlib import Path
from typing import Any

from django.core.files import File
from wagtail.models import Page, Site

from sandbox.content.clips import make_demonstrations
from sandbox.content.exercises import EXERCISES
from sandbox.content.exercises import Exercise as Written
from sandbox.content.programs import PROGRAMS, Item, Program, Session
from wagtail_asyncpt.library.importing import Options
from wagtail_asyncpt.library.importing.starter import load_starter_library
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo, Visibility
from wagtail_asyncpt.library.operations import process_video
from wagtail_asyncpt.pages.models import (
    ExerciseIndexPage,
    ProgramIndexPage,
    ProgramPage,
    ProgramWeekPage,
)
from wagtail_asyncpt.programs.exercises import stored_dose

AUTHOR = "Harbor Physical Therapy"
LICENCE = "CC BY 4.0"
#: So many exercises are open to everybody.
OPEN = 8


def seed_exercises(*, folder: Path, say: Any) -> dict[str, Exercise]:
    """The starter library; by slug those that get a drawn clip, transcoded as any upload is."""
    load_starter_library(dose=stored_dose, options=Options(visibility=Visibility.TEASER))
    wanted = [(one.clip, one.view, one.name) for one in EXERCISES]
    say(f"Drawing {len({(name, view) for name, view, _ in wanted})} demonstration clips …")
    clips = make_demonstrations(folder, wanted)
    videos: dict[tuple[str, str], ExerciseVideo] = {}
    for one in EXERCISES:
        if (one.clip, one.view) not in videos:
            videos[(one.clip, one.view)] = _video(one, clips[(one.clip, one.view)])
    return {one.slug: _exercise(one, videos[(one.clip, one.view)]) for one in EXERCISES}


def _video(written: Written, path: Path) -> ExerciseVideo:
    video = ExerciseVideo.objects.filter(title=written.name).first()
    if video is None:
        video = ExerciseVideo(title=written.name, author=AUTHOR, licence=LICENCE)
        with path.open("rb") as clip:
            video.source.save(path.name, File(clip), save=False)
        video.save()
    process_video(video=video)
    return video


def _exercise(written: Written, video: ExerciseVideo) -> Exercise:
    """The starter library's exercise with its clip; the first ones are open to everybody."""
    exercise: Exercise = Exercise.objects.get(slug=written.slug)
    if exercise.video is None:
        exercise.video = video
        if EXERCISES.index(written) < OPEN:
            exercise.visibility = Visibility.EVERYTHING
        exercise.save_revision().publish()
    return exercise


def seed_exercise_page() -> None:
    """The public list of exercises."""
    home = Site.objects.get(is_default_site=True).root_page
    if not ExerciseIndexPage.objects.child_of(home).exists():
        _publish(
            home,
            ExerciseIndexPage(
                title="Exercises",
                slug="exercises",
                show_in_menus=True,
                introduction="<p>What we prescribe most, filmed and explained. Some are open to "
                "everybody; the rest comes with your program.</p>",
                search_description="Exercises for home, filmed and explained by physical "
                "therapists.",
            ),
        )


def seed_programs(exercises: dict[str, Exercise]) -> dict[str, Page]:
    """The program pages by slug, each with one page for each week."""
    home = Site.objects.get(is_default_site=True).root_page
    index = ProgramIndexPage.objects.child_of(home).first()
    if index is None:
        index = _publish(
            home,
            ProgramIndexPage(
                title="Programs",
                slug="programs",
                show_in_menus=True,
                introduction="<p>Weeks that build on each other, adjusted to you by your "
                "therapist. You train when it suits you; we look at every week.</p>",
                search_description="Guided home programs with a physical therapist.",
            ),
        )
    return {program.slug: _program(index, program, exercises) for program in PROGRAMS}


def _program(index: Page, program: Program, exercises: dict[str, Exercise]) -> Page:
    found = ProgramPage.objects.child_of(index).filter(slug=program.slug).first()
    if found is not None:
        return found
    page = _publish(
        index,
        ProgramPage(
            title=program.title,
            slug=program.slug,
            summary=program.summary,
            for_whom=program.for_whom,
            program_goals="\n".join(program.goals),
            level=program.level,
            body=program.body,
            duration_weeks=len(program.weeks),
            phases=[
                {"type": "phase", "value": {"name": name, "weeks": weeks, "text": ""}}
                for name, weeks in program.phases.items()
            ],
            search_description=program.summary,
        ),
    )
    for number, week in enumerate(program.weeks, start=1):
        _publish(
            page,
            ProgramWeekPage(
                title=week.title,
                slug=f"week-{number}",
                focus=week.focus,
                phase=week.phase,
                is_deload=week.is_deload,
                days=[_session(session, exercises) for session in week.sessions],
            ),
        )
    return page


def _publish(parent: Page, page: Page) -> Page:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _session(session: Session, exercises: dict[str, Exercise]) -> dict[str, Any]:
    return {
        "type": "session",
        "id": str(uuid.uuid4()),
        "value": {
            "title": session.title,
            "times_per_week": session.times_per_week,
            "weekdays": session.weekdays,
            "notes": session.notes,
            "exercises": [_line(item, exercises) for item in session.items],
        },
    }


def _line(item: Item, exercises: dict[str, Exercise]) -> dict[str, Any]:
    return {
        "type": "exercise",
        "id": str(uuid.uuid4()),
        "value": {
            "exercise": exercises[item.exercise].pk,
            "section": item.section,
            "dose": item.dose,
            "note": item.note,
            "form_check": item.form_check._asdict() if item.form_check else {},
        },
    }
