"""The words of the clinic's site. Block values are written as a page body stores them."""

from typing import Any

Body = list[tuple[str, Any]]

CLINIC = "Harbor Physical Therapy"

HOME = {
    "heading": "Move well between visits, not only during them",
    "text": (
        "Harbor is a small physical therapy practice on the waterfront. We see you in person, and "
        "we stay with you in the weeks when the real work happens."
    ),
}

HOME_BODY: Body = [
    (
        "cards",
        {
            "heading": "What people come to us for",
            "intro": "Four things that we see every day, and see through.",
            "cards": [
                {
                    "heading": "Knees that mind the stairs",
                    "text": "Sore kneecaps, stiff joints, the long road back from a sprain.",
                    "page": "knee-pain",
                },
                {
                    "heading": "Backs that have had enough",
                    "text": "Fewer warnings, more movement, and a plan for bad days.",
                    "page": "back-pain",
                },
                {
                    "heading": "Runners and ballplayers",
                    "text": "From the first easy jog to the last sprint, in that order.",
                    "page": "return-to-sport",
                },
                {
                    "heading": "After surgery",
                    "text": "Clear steps for the weeks that your surgeon calls rehab.",
                    "page": "after-surgery",
                },
            ],
        },
    ),
    (
        "steps",
        {
            "heading": "How we work",
            "steps": [
                {
                    "heading": "We listen first",
                    "text": "One hour, one therapist, no assistants. You tell us what you want to "
                    "do again, in your own words.",
                },
                {
                    "heading": "You leave with a plan",
                    "text": "A few exercises, how many, how hard, and what to do when it hurts.",
                },
                {
                    "heading": "We adjust, week by week",
                    "text": "What you did, how it felt and how it looked decides what comes next.",
                },
            ],
        },
    ),
    (
        "quote",
        "Most people need fewer exercises than they were given, and more follow-up than they got.",
    ),
    (
        "questions",
        {
            "heading": "Good questions",
            "questions": [
                {
                    "question": "Do I need a referral?",
                    "answer": "<p>In this state you may see a physical therapist without one. "
                    "Some insurance plans ask for it; we will tell you when you book.</p>",
                },
                {
                    "question": "How many visits will it take?",
                    "answer": "<p>Often fewer than you think: three to six, spread out, with work "
                    "at home between them. We say so honestly if we think that we cannot help.</p>",
                },
                {
                    "question": "What should I wear?",
                    "answer": "<p>Clothes that you can move in. Shorts, if it is about a knee or "
                    "an ankle.</p>",
                },
            ],
        },
    ),
]

SERVICES_INTRO = (
    "Every visit is an hour with a licensed physical therapist. Pick what sounds most like you; we "
    "will sort out the rest together."
)

SERVICES: list[dict[str, Any]] = [
    {
        "slug": "knee-pain",
        "title": "Knee pain",
        "picture": "knee",
        "summary": "Stairs, squats, kneeling, running: we find out what your knee objects to, and "
        "train it until it stops objecting.",
        "body": [
            (
                "text",
                "<p>A knee sits between a hip and a foot and takes orders from both. That is why "
                "we look at all three, and why the answer is seldom rest.</p><h2>What the first "
                "visit looks like</h2><ul><li>We ask what you have stopped doing.</li><li>We watch "
                "you step, squat and stand on one leg.</li><li>We test strength with a gauge, so "
                "that next month we can compare.</li></ul><h2>What happens next</h2><p>You take "
                "home three or four exercises. Some discomfort while you do them is expected; we "
                "will agree how much, and for how long it may linger.</p>",
            ),
            ("quote", "A knee that hurts is usually asking for better work, not for no work."),
        ],
    },
    {
        "slug": "back-pain",
        "title": "Low back pain",
        "picture": "back",
        "summary": "For backs that ache, seize or nag. Less fear, more movement, and strength "
        "that you can use.",
        "body": [
            (
                "text",
                "<p>Most back pain gets better, and most of it does so with movement. Pictures of "
                "the spine often show changes in people who feel fine, so we treat you and not the "
                "picture.</p><h2>When to call a doctor first</h2><p>Numbness around the groin, new "
                "trouble with bladder or bowel, fever, or a leg that is losing strength: please "
                "get medical care today.</p><h2>What we do</h2><p>We find positions that calm, "
                "movements that help, and then we load them: hinge, carry, row. The aim is a back "
                "that you forget about.</p>",
            ),
        ],
    },
    {
        "slug": "return-to-sport",
        "title": "Return to sport",
        "picture": "running",
        "summary": "Clear gates from walking to running to cutting and jumping, so that going "
        "back is a decision and not a gamble.",
        "body": [
            (
                "text",
                "<p>Pain-free is the start of return to sport, not its end. We measure: strength "
                "side to side, hops, landings, and how you feel about them. Each gate that you "
                "pass opens the next.</p><ul><li>Walk briskly for 30 minutes.</li><li>Single-leg "
                "strength within 10 percent of the other side.</li><li>Run, then run faster, then "
                "turn.</li><li>Train with the team before you play with it.</li></ul>",
            ),
        ],
    },
    {
        "slug": "after-surgery",
        "title": "After surgery",
        "picture": "surgery",
        "summary": "Knee, hip and shoulder operations: the right amount at the right time, in "
        "step with your surgeon.",
        "body": [
            (
                "text",
                "<p>We read your surgeon's protocol before you come, and we call when something "
                "in it is not clear. Early weeks are about swelling, sleep and small movements. "
                "Later weeks are about strength, which is where many people are left alone, and "
                "where we stay.</p><h2>Bring with you</h2><ul><li>The operation report, if you "
                "have it.</li><li>Your brace and crutches.</li><li>One thing that you want to do "
                "again.</li></ul>",
            ),
        ],
    },
]

BLOG_INTRO = (
    "Short reads from our therapists: what helps, what can wait, and what changed our minds."
)

#: What members read below the paywall line of "Three exercises are enough".
BELOW_THE_LINE: Body = [
    (
        "text",
        "<h2>The three that I pick most often</h2><p>For a sore knee: a slow step down, a bridge "
        "on two feet, and ten minutes of easy walking. For a stiff back: a bird dog, a hip hinge "
        "with a stick, and the same walk.</p><h2>When to change one</h2><p>Change an exercise when "
        "you could do five more at the end, two days in a row. Change only that one. The other two "
        "are how you will know what made the difference.</p>",
    ),
]

GUIDE: dict[str, Any] = {
    "slug": "two-weeks-for-stiff-hips",
    "title": "Two weeks for stiff hips",
    "summary": "A short plan for people who sit all day and would like to notice it less.",
    "about": [
        (
            "text",
            "<p>Stiff hips are mostly hips that are used in one position. This guide gives them "
            "two others, twice a day, in less time than it takes to make coffee.</p>",
        ),
    ],
    "plan": [
        (
            "steps",
            {
                "heading": "The plan",
                "steps": [
                    {
                        "heading": "Days 1 to 4",
                        "text": "Half kneeling, 45 seconds on each side, morning and evening.",
                    },
                    {
                        "heading": "Days 5 to 9",
                        "text": "The same, and eight slow bridges after it.",
                    },
                    {
                        "heading": "Days 10 to 14",
                        "text": "Trade the bridge for a split squat, six on each side.",
                    },
                ],
            },
        ),
    ],
}

POSTS: list[dict[str, Any]] = [
    {
        "slug": "why-stairs-hurt",
        "title": "Why stairs hurt more on the way down",
        "date": "2026-10-19",
        "author": "Maya Okafor",
        "picture": "stairs",
        "summary": "Going down asks your thigh to brake, and braking is harder than pushing.",
        "body": [
            (
                "text",
                "<p>Up is effort. Down is control. On the way down your thigh muscle has to "
                "lengthen while it holds you back, and the kneecap is pressed into its groove with "
                "several times your weight.</p><h2>Try this</h2><ol><li>Slow down. Three counts "
                "for each step.</li><li>Lean forward a little, as if you were looking for a coin."
                "</li><li>Let your knee travel over your toes. It is allowed to.</li></ol><p>If "
                "that feels better, you have found something to practice. A low step at home, ten "
                "slow repetitions, every other day, is a good beginning.</p><h2>How much pain is "
                "all right?</h2><p>Up to about 3 out of 10, if it is back to normal by the next "
                "morning. More than that means: fewer repetitions or a lower step, not a week on "
                "the couch.</p>",
            ),
            ("quote", "The step you avoid is the step worth practicing."),
        ],
    },
    {
        "slug": "three-exercises-are-enough",
        "title": "Three exercises are enough",
        "date": "2026-09-28",
        "author": "Tomás Rivera",
        "picture": "bird-dog",
        "summary": "The best program is the one you still do in week four.",
        "body": [
            (
                "text",
                "<p>I used to hand out ten exercises. I meant well. People did three of them, and "
                "not the three that I would have picked.</p><p>Now I start with three and ask one "
                "question: on which days, and right after what? An exercise that follows your "
                "morning coffee has a better chance than one that follows your best intentions."
                "</p><h2>How to choose</h2><ul><li>One that calms.</li><li>One that "
                "strengthens.</li><li>One that looks like the thing you want to do.</li></ul>",
            ),
        ],
    },
    {
        "slug": "sitting-is-not-the-enemy",
        "title": "Sitting is not the enemy, stillness is",
        "date": "2026-09-07",
        "author": "Tomás Rivera",
        "picture": "desk",
        "summary": "There is no perfect posture. There is only the next one.",
        "body": [
            (
                "text",
                "<p>People apologize to me for how they sit. Please do not. Slouching for ten "
                "minutes is fine, and so is sitting up. What backs and necks dislike is two hours "
                "of either.</p><h2>A small trade</h2><p>Each time you send a long message, stand "
                "up, reach for the ceiling, and sit down in a different way. It costs eight "
                "seconds and it works better than a new chair.</p>",
            ),
        ],
    },
    {
        "slug": "what-soreness-tells-you",
        "title": "What soreness tells you, and what it does not",
        "date": "2026-08-17",
        "author": "Maya Okafor",
        "picture": "bridge",
        "summary": "Muscle soreness two days later is a receipt, not an alarm.",
        "body": [
            (
                "text",
                "<p>Sore muscles are stiff, tender to press, and worst on the second day. They "
                "loosen as you move. That is the receipt for new work and it fades by itself.</p>"
                "<p>Write to your therapist when pain is sharp, sits in the joint rather than the "
                "muscle, comes with swelling, or is stronger each time you train.</p><h2>If you "
                "are very sore</h2><p>Move anyway, but less: half the sets, half the weight. The "
                "next session will feel better than the one you skipped.</p>",
            ),
        ],
    },
]

ABOUT_INTRO = "Two therapists, one manager who answers the phone, and a view of the water."
ABOUT_BODY: Body = [
    (
        "text",
        "<h2>Maya Okafor, PT, DPT, OCS</h2><p>Maya treats knees and runners, and likes a plan that "
        "fits on one page. She rowed in college and still talks about it.</p><h2>Tomás Rivera, PT, "
        "DPT</h2><p>Tomás works with backs that have heard too much bad news. On weekends he "
        "carries his two children up hills.</p><h2>Ruth Lindqvist</h2><p>Ruth runs the practice. "
        "If you have a question about a bill, she has the answer and a calm voice.</p>",
    ),
]

PRIVACY_BODY: Body = [
    (
        "text",
        "<p>We keep your health record because we need it to treat you and because the law asks us "
        "to. Only the people who treat you can read it. This site sets a cookie when you sign in "
        "and none to follow you around; it loads nothing from other companies.</p><p>You may ask "
        "for a copy of your data, or for its deletion where the law allows, at "
        '<a href="mailto:privacy@harbor.example">privacy@harbor.example</a>.</p>',
    ),
]

CONTACT = {
    "intro": "Call, write, or use the form. Ruth answers within one working day.",
    "details": (
        "<h2>Where we are</h2><p>14 Wharf Street, Portsmouth. There are steps at the front door "
        "and a ramp at the side.</p><h2>When we are open</h2><p>Monday to Friday, 7 am to 6 pm</p>"
        "<p><b>Please do not send details of your health by this form.</b> A name and a number "
        "are enough; we will call you.</p>"
    ),
    "thank_you": "We have your message and will be in touch within one working day.",
}
