"""The demo's cast, as plain data. Every person here is invented."""

from typing import NamedTuple

# One password for everybody in the demo; production never runs the seed.
DEMO_PASSWORD = "harbor-demo-2026"


class StaffMember(NamedTuple):
    """Someone who works at the clinic; ``role`` is therapist, manager or editor."""

    key: str
    first_name: str
    last_name: str
    email: str
    role: str
    credentials: str = ""
    bio: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


class Patient(NamedTuple):
    """A client of the clinic and where they stand.

    ``state`` is one of STATES; ``week`` is the week they are in, ``weeks_of_history`` how many
    weeks have logs; ``adherence`` is the share of planned sessions done; ``pain`` is one typical
    score (0-10) for each week of history, oldest first; ``load_from`` is what they began with.
    """

    key: str
    first_name: str
    last_name: str
    email: str
    state: str
    therapist: str
    program: str
    goal: str
    story: str
    tier: str = "coached"
    week: int = 1
    weeks_of_history: int = 0
    adherence: float = 0.9
    pain: tuple[int, ...] = ()
    weight_unit: str = "lb"
    time_zone: str = "America/New_York"
    comments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


STATES = {
    "new": "signed up, first week published, nothing logged yet",
    "mid": "in the middle of the program, on track",
    "review_due": "finished the week, with a clip waiting for an answer",
    "flare_up": "pain went up this week",
    "lapsed": "has logged nothing for ten days",
    "past_due": "the last payment failed",
    "paused": "membership paused",
    "cancelling": "membership ends with the paid month",
    "graduated": "finished the program",
    "group": "runs with the group, which is full; has no program",
    "lead": "has an account and no membership; waits for a place in the group",
}

STAFF = [
    StaffMember(
        "maya",
        "Maya",
        "Okafor",
        "maya@harbor.example",
        "therapist",
        "PT, DPT, OCS",
        "Maya treats knees and runners, and likes a plan that fits on one page.",
    ),
    StaffMember(
        "tomas",
        "Tomás",
        "Rivera",
        "tomas@harbor.example",
        "therapist",
        "PT, DPT",
        "Tomás works with backs that have heard too much bad news.",
    ),
    StaffMember("ruth", "Ruth", "Lindqvist", "ruth@harbor.example", "manager"),
    StaffMember("eli", "Eli", "Brandt", "eli@harbor.example", "editor"),
]

CLIENTS = [
    Patient(
        "nora",
        "Nora",
        "Whitfield",
        "nora@example.com",
        "new",
        "maya",
        "stronger-knees",
        "I want to hike with my daughter in June without planning around my knee.",
        "Kneecap pain for five months, worst going down stairs.",
    ),
    Patient(
        "daniel",
        "Daniel",
        "Kim",
        "daniel@example.com",
        "review_due",
        "maya",
        "stronger-knees",
        "Back to running 5K twice a week.",
        "Runner's knee, right side, since training for a race in spring.",
        week=3,
        weeks_of_history=3,
        adherence=0.92,
        pain=(4, 3, 2),
        comments=(
            "First session done before work. Wall sits are harder than they look!",
            "Stairs at the station were fine today. I noticed only when I was at the top.",
            "Filmed set 2 of the step-ups. My right knee does wander in, doesn't it?",
        ),
    ),
    Patient(
        "priya",
        "Priya",
        "Raman",
        "priya@example.com",
        "mid",
        "maya",
        "stronger-knees",
        "Kneel on the floor with my students again.",
        "Teacher, both knees sore after long days on a hard floor.",
        week=5,
        weeks_of_history=4,
        adherence=0.85,
        pain=(5, 4, 3, 2),
        weight_unit="kg",
        comments=(
            "Did the sessions in the classroom after school. The wall was free, at least.",
            "Moved Friday's session to Sunday.",
            "The step felt steady on both sides this week.",
            "The lighter week was what I needed. Slept well.",
        ),
    ),
    Patient(
        "george",
        "George",
        "Petrakis",
        "george@example.com",
        "flare_up",
        "tomas",
        "calm-low-back",
        "Carry my grandson up the stairs.",
        "Low back pain on and off for six years, lifting at work.",
        week=3,
        weeks_of_history=3,
        adherence=0.8,
        pain=(4, 3, 6),
        comments=(
            "Mornings are the stiffest. The cat thing helps.",
            "Good week. Mowed the lawn and paid for it only a little.",
            "Moved boxes on Tuesday and it grabbed me. 6 when I bend, 3 when I walk. "
            "Did half of the session and stopped.",
        ),
    ),
    Patient(
        "alicia",
        "Alicia",
        "Moreno",
        "alicia@example.com",
        "mid",
        "tomas",
        "calm-low-back",
        "Sit through a workday and still have an evening.",
        "Desk work, stiff back by noon, no leg symptoms.",
        week=2,
        weeks_of_history=1,
        adherence=1.0,
        pain=(3,),
        comments=("Every morning done! My chair is still awful but I get up more often.",),
    ),
    Patient(
        "hannah",
        "Hannah",
        "Schultz",
        "hannah@example.com",
        "lapsed",
        "tomas",
        "calm-low-back",
        "Garden for an hour without lying down after.",
        "Back ache since last autumn's leaves.",
        week=2,
        weeks_of_history=1,
        adherence=0.5,
        pain=(4,),
        comments=("Two of three. My mother is visiting, so it is busy here.",),
    ),
    Patient(
        "marcus",
        "Marcus",
        "Bell",
        "marcus@example.com",
        "past_due",
        "maya",
        "stronger-knees",
        "Play pickup basketball on Saturdays.",
        "Sore kneecap after jumping, left side.",
        week=4,
        weeks_of_history=3,
        adherence=0.75,
        pain=(4, 4, 3),
        comments=(
            "Left knee talks on the wall sit, 4 at the end, gone when I stand up.",
            "Band walks are no joke.",
            "Shot hoops for 20 minutes. No jumping. 3 out of 10 after, 1 the next day.",
        ),
    ),
    Patient(
        "yuki",
        "Yuki",
        "Tanaka",
        "yuki@example.com",
        "paused",
        "maya",
        "stronger-knees",
        "Ski a blue run this winter.",
        "Old ligament sprain, long healed; the leg is weaker than the other.",
        week=2,
        weeks_of_history=1,
        adherence=1.0,
        pain=(2,),
        time_zone="America/Los_Angeles",
        comments=("All done. I am away for three weeks, so I asked to pause.",),
    ),
    Patient(
        "sam",
        "Sam",
        "Oyelaran",
        "sam@example.com",
        "graduated",
        "maya",
        "stronger-knees",
        "Take the stairs at work, all four floors.",
        "Kneecap pain for a year, both sides.",
        week=6,
        weeks_of_history=6,
        adherence=0.94,
        pain=(5, 4, 3, 2, 2, 1),
        comments=(
            "Used the tall chair as you said. 5 at first, 3 by the last session.",
            "Easier. I forgot about my knees during a whole movie.",
            "Steps are fine if I go slowly.",
            "Felt lazy, which I suppose is the idea.",
            "20 lb for all sets. My thighs complained, my knees did not.",
            "Four floors, twice, 1 out of 10. Thank you both for watching all those videos.",
        ),
    ),
    Patient(
        "lena",
        "Lena",
        "Fischer",
        "lena@example.com",
        "cancelling",
        "tomas",
        "calm-low-back",
        "Lift my cello case into the car.",
        "Back pain after long rehearsals.",
        week=4,
        weeks_of_history=3,
        adherence=0.88,
        pain=(3, 2, 2),
        weight_unit="kg",
        comments=(
            "Rehearsal week. Did the morning part backstage.",
            "Bird dog on a hotel carpet. My back stayed quiet, I think.",
            "The case feels lighter, or I do.",
        ),
    ),
    Patient(
        "ines",
        "Inês",
        "Duarte",
        "ines@example.com",
        "group",
        "maya",
        "",
        "",
        "Done with therapy, not with running.",
        tier="running-group",
    ),
    Patient(
        "tobias",
        "Tobias",
        "Lund",
        "tobias@example.com",
        "group",
        "maya",
        "",
        "",
        "Came with a friend to a Saturday run and stayed.",
        tier="running-group",
    ),
    Patient(
        "owen",
        "Owen",
        "Grady",
        "owen@example.com",
        "lead",
        "",
        "",
        "",
        "Has an account, reads the blog, has not chosen a plan.",
        tier="",
    ),
]

# What a therapist answers, by the client's key: (verdict, second of the clip, words).
ANSWERS: dict[str, list[tuple[str, float, str]]] = {
    "daniel": [
        (
            "cue",
            2.0,
            "Pause here: the knee drifts in as you push. Think of spreading the floor apart.",
        ),
        ("cue", 4.5, "Much better on this one. That is the feeling to look for."),
    ],
    "sam": [
        ("progress", 1.5, "Level pelvis, quiet knee. You can take the higher step next week."),
    ],
    "george": [
        (
            "regress",
            1.0,
            "Thank you for stopping when you did. We go back to the hinge without weight for now.",
        ),
    ],
    "priya": [
        ("keep", 3.0, "Both knees over the feet, all the way up. Stay at this weight one week."),
    ],
}

# What changes in the next week, by the client's key: (exercise, change to the dose, reason).
CHANGES: dict[str, list[tuple[str, dict[str, object], str]]] = {
    "daniel": [
        ("step-up", {"reps": 6, "tempo": "4-0-1"}, "Slower, so that the knee stays over the toes."),
        ("band-walk", {"sets": 3}, "More for the hip, which is what holds the knee in line."),
    ],
    "george": [
        ("kettlebell-deadlift", {"sets": 2, "load_value": 10}, "Lighter until bending is calm."),
        ("side-plank", {"hold_seconds": 15}, "A shorter hold after this week's flare-up."),
    ],
    "priya": [
        ("goblet-squat", {"reps": 10}, "Two more repetitions before more weight."),
    ],
}
