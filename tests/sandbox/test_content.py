"""The demo's exercises, programs, people and clips fit together."""

import json
import subprocess
from pathlib import Path

import pytest

from sandbox.content.clips import FAULTS, MOVES, make_client_clip, make_clip
from sandbox.content.clips.figure import SHIN, THIGH, joint
from sandbox.content.clips.front import FRONT, KNEE_VALGUS
from sandbox.content.exercises import BY_SLUG, EXERCISES
from sandbox.content.people import ANSWERS, CHANGES, CLIENTS, STAFF, STATES
from sandbox.content.programs import PROGRAMS
from wagtail_asyncpt.programs.blocks import CAMERA_VIEWS, PLAN_DAYS, SECTIONS, WEEKDAYS
from wagtail_asyncpt.programs.dose import Dose, EffortKind, LoadUnit, Side
from wagtail_asyncpt.programs.models import Level

SQUAT = BY_SLUG["bodyweight-squat"]


def check_dose(dose: dict[str, object], where: str) -> None:
    assert set(dose) <= set(Dose.__dataclass_fields__), where
    assert dose["sets"], where
    assert dose.get("reps") or dose.get("hold_seconds") or dose.get("distance_m"), where
    assert dose.get("load_unit", "bodyweight") in LoadUnit.values, where
    assert dose.get("effort_kind", "rpe") in EffortKind.values, where
    assert dose.get("side", "both") in Side.values, where
    assert int(str(dose.get("reps_max") or 999)) > int(str(dose.get("reps") or 0)), where


def test_there_are_enough_exercises_each_with_its_own_slug_and_name() -> None:
    assert len(EXERCISES) == len(BY_SLUG) == len({exercise.name for exercise in EXERCISES})
    assert len(EXERCISES) >= 26


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_an_exercise_has_a_clip_and_a_whole_dose(exercise: object) -> None:
    assert isinstance(exercise, type(SQUAT))
    assert exercise.clip in MOVES[exercise.view]
    check_dose(exercise.dose, exercise.slug)


def test_every_line_of_every_program_names_an_exercise_and_a_whole_dose() -> None:
    lines = 0
    for program in PROGRAMS:
        assert program.level in Level.values
        for week in program.weeks:
            assert week.phase in program.phases, week.title
            for session in week.sessions:
                assert bool(session.times_per_week) != bool(session.weekdays), session.title
                assert set(session.weekdays) <= {day for day, _ in WEEKDAYS}
                for item in session.items:
                    lines += 1
                    assert item.exercise in BY_SLUG
                    assert item.section in dict(SECTIONS)
                    check_dose(item.dose, f"{week.title}: {item.exercise}")
    assert lines == 87


def test_a_requested_video_can_be_filmed_and_is_due_inside_the_week() -> None:
    items = [
        item
        for program in PROGRAMS
        for week in program.weeks
        for session in week.sessions
        for item in session.items
        if item.form_check
    ]
    assert len(items) == 6
    for item in items:
        assert item.form_check is not None
        assert item.form_check.camera_view in dict(CAMERA_VIEWS)
        assert item.form_check.due_day in dict(PLAN_DAYS)
        assert item.form_check.question.endswith("?")
        assert item.form_check.set_number <= item.dose["sets"]
        # The seed films it: the movement is drawn from that side.
        assert BY_SLUG[item.exercise].clip in MOVES[item.form_check.camera_view]


def test_the_programs_last_six_and_four_weeks_with_one_lighter_week() -> None:
    knees, back = PROGRAMS
    assert (len(knees.weeks), len(back.weeks)) == (6, 4)
    assert [week.is_deload for week in knees.weeks] == [False, False, False, True, False, False]


def test_a_lighter_week_asks_for_fewer_sets_than_the_weeks_around_it() -> None:
    def sets(number: int) -> int:
        return sum(
            item.dose["sets"] * (session.times_per_week or len(session.weekdays))
            for session in PROGRAMS[0].weeks[number].sessions
            for item in session.items
        )

    assert sets(3) < sets(2) * 0.7
    assert sets(3) < sets(4) * 0.7


def test_the_cast_is_whole() -> None:
    staff = {member.key: member for member in STAFF}
    assert sorted(member.role for member in STAFF) == [
        "editor",
        "manager",
        "therapist",
        "therapist",
    ]
    emails = [person.email for person in (*STAFF, *CLIENTS)]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith((".example", "@example.com")) for email in emails)
    weeks = {program.slug: len(program.weeks) for program in PROGRAMS}
    for client in CLIENTS:
        assert client.state in STATES
        if client.state in ("lead", "group"):
            assert not client.program
            continue
        assert staff[client.therapist].role == "therapist"
        assert client.weeks_of_history <= client.week <= weeks[client.program]
        assert len(client.pain) == len(client.comments) == client.weeks_of_history
    assert {client.state for client in CLIENTS} == set(STATES)


def test_answers_and_changes_are_about_people_and_exercises_of_the_demo() -> None:
    keys = {client.key for client in CLIENTS}
    assert set(ANSWERS) | set(CHANGES) <= keys
    for changes in CHANGES.values():
        for slug, dose, reason in changes:
            assert slug in BY_SLUG and reason
            assert set(dose) <= set(Dose.__dataclass_fields__)


@pytest.mark.parametrize("view", MOVES)
def test_every_movement_can_be_drawn_from_start_to_end(view: str) -> None:
    for name, move in MOVES[view].items():
        for step in range(11):
            figure = move.figure(step / 10)
            points = (*figure.trunk, *figure.near_leg, *figure.far_leg, figure.head)
            assert min(y for _, y in points) > -0.02, f"{name} sinks into the floor at {step}"
            assert max(y for _, y in points) < move.height, f"{name} leaves the picture at {step}"


@pytest.mark.parametrize("end", [(0.0, 0.03), (0.2, 0.2), (3.0, 3.0), (0.0, 0.499)])
def test_bones_keep_their_length_even_when_the_target_is_out_of_reach(
    end: tuple[float, float],
) -> None:
    hip = (0.0, 0.5)
    knee, ankle = joint(hip, end, THIGH, SHIN, +1)
    for first, second, length in ((hip, knee, THIGH), (knee, ankle, SHIN)):
        measured = ((first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2) ** 0.5
        assert measured == pytest.approx(length, abs=1e-4)


def test_a_caving_knee_is_nearer_the_middle_than_a_steady_one() -> None:
    for name, faulty in KNEE_VALGUS.items():
        phase = 0.0 if name == "sit_to_stand" else 0.7
        steady, caved = FRONT[name].figure(phase).near_leg[1], faulty.figure(phase).near_leg[1]
        assert caved[0] - steady[0] > 0.05, name


def probe(path: Path) -> dict[str, object]:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path]
    result = subprocess.run(command, capture_output=True, check=True)
    data: dict[str, object] = json.loads(result.stdout)
    return data


@pytest.mark.ffmpeg
def test_a_clip_is_real_h264_and_is_not_made_twice(tmp_path: Path) -> None:
    path = make_clip("squat", tmp_path / "squat.mp4", seconds=1, size=(320, 180), caption="Squat")
    streams = probe(path)["streams"]
    assert isinstance(streams, list) and len(streams) == 1
    video = streams[0]
    assert (video["codec_name"], video["pix_fmt"]) == ("h264", "yuv420p")
    assert (video["width"], video["height"], video["nb_frames"]) == (320, 180, "30")

    made = path.stat().st_mtime_ns
    make_clip("squat", path, seconds=1, size=(320, 180))
    assert path.stat().st_mtime_ns == made
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.ffmpeg
def test_a_clients_clip_is_upright_and_tells_where_it_was_filmed(tmp_path: Path) -> None:
    path = make_client_clip(
        "step_up", tmp_path / "c.mp4", seconds=1, size=(180, 320), fault="knee_valgus"
    )
    data = probe(path)
    streams, container = data["streams"], data["format"]
    assert isinstance(streams, list) and isinstance(container, dict)
    assert {stream["codec_name"] for stream in streams} == {"h264", "aac"}
    assert streams[0]["height"] > streams[0]["width"]
    assert container["tags"]["location"] == "+40.7000-074.0000/"


@pytest.mark.parametrize(
    ("name", "view", "fault"),
    [
        ("juggling", "side", None),
        ("bridge", "front", None),
        ("squat", "above", None),
        ("squat", "side", "knee_valgus"),
        ("squat", "front", "wings"),
    ],
)
def test_what_is_not_drawn_is_refused(
    tmp_path: Path, name: str, view: str, fault: str | None
) -> None:
    with pytest.raises(ValueError, match="No drawing"):
        make_clip(name, tmp_path / "x.mp4", view=view, fault=fault)
    assert not list(tmp_path.iterdir())


def test_the_only_fault_that_is_drawn_is_the_knee() -> None:
    assert list(FAULTS) == ["knee_valgus"]
