"""What counts, and the line that says why: each policy by itself, all together, and what a course.toml may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import question
from support_books import policy_of

from autograder.coursefile import moment
from autograder.model import AutograderError, Status
from autograder.policies import Decisions, Extension, Final, Given, Late, Policy, counts, extended_for, final

DUE = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ASKED = (question(name="a", points=6.0), question(Status.WRONG, name="b", points=3.0), question(name="c", points=1.0))


def after(span, **late):
    made = final(ASKED, Policy(DUE, Late(**late)), handed_in=DUE + span)
    return made.score, made.is_late, [str(line.text) for line in made.lines]


def test_without_policies_the_raw_score_counts():
    assert final(ASKED, Policy()) == Final(7, 10, 7, 10)


@pytest.mark.parametrize(
    ("span", "late", "expected"),
    [
        (-HOUR, {"percent": 10}, (7, False, [])),
        (timedelta(), {"percent": 10}, (7, False, [])),
        (timedelta(minutes=1), {}, (7, True, ["late by 0 d 00:01, which costs nothing"])),
        (HOUR, {"percent": 10, "grace": HOUR}, (7, True, ["late by 0 d 01:00, within the time of grace"])),
        (timedelta(minutes=1), {"percent": 10}, (6.3, True, ["late by 0 d 00:01: 10 percent less"])),
        (DAY, {"percent": 10}, (6.3, True, ["late by 1 d 00:00: 10 percent less"])),
        (DAY + HOUR, {"percent": 10, "grace": HOUR}, (6.3, True, ["late by 1 d 01:00: 10 percent less"])),
        (DAY + HOUR, {"percent": 10}, (5.6, True, ["late by 1 d 01:00: 20 percent less"])),
        (9 * DAY, {"percent": 10, "cap_percent": 50}, (3.5, True, ["late by 9 d 00:00: 50 percent less"])),
        (3 * HOUR, {"percent": 1, "per": "hour"}, (6.79, True, ["late by 0 d 03:00: 3 percent less"])),
        (90 * DAY, {"percent": 30}, (0, True, ["late by 90 d 00:00: 100 percent less"])),
    ],
)
def test_lateness_costs_what_the_policy_says(span, late, expected):
    assert after(span, **late) == expected


def test_a_flag_without_a_time_costs_only_what_the_policy_names():
    made = final(ASKED, Policy(DUE, Late(10)), flagged=True)
    assert (made.score, made.is_late) == (7, True)
    assert "costs nothing" in str(made.lines[0].text)
    made = final(ASKED, Policy(DUE, Late(10, flagged_periods=2)), flagged=True)
    assert (made.score, str(made.lines[0].text)) == (5.6, "late by the platform's flag: 20 percent less")


EXTENDED = "late, the platform says; extended to {}, and when it came is not known, so that it costs nothing"


@pytest.mark.parametrize("due", [DUE, None])
@pytest.mark.parametrize(
    ("extensions", "decided"),
    [((Extension(DUE + DAY, "amy"),), None), ((Extension(DUE + DAY, section="B"),), None), ((), DUE + DAY)],
)
def test_a_flag_costs_nothing_where_more_time_was_given(due, extensions, decided):
    policy = Policy(due, Late(10, flagged_periods=2), extensions=extensions)
    decisions = Decisions(until=decided)
    made = final(ASKED, policy, student="amy", section="B", flagged=True, decisions=decisions)
    assert (made.score, made.is_late) == (7, True)
    assert [str(line.text) for line in made.lines] == [EXTENDED.format("2026-11-02 12:00+00:00")]
    assert final(ASKED, policy, student="amy", section="B", decisions=decisions) == Final(7, 10, 7, 10)
    if decided is None:
        assert final(ASKED, policy, student="ben", section="A", flagged=True).score == 5.6


def test_an_extension_to_before_the_topics_date_forgives_no_flag():
    policy = Policy(DUE, Late(10, flagged_periods=2), extensions=(Extension(DUE - DAY, "amy"),))
    assert final(ASKED, policy, student="amy", flagged=True).score == 5.6


def test_where_only_the_platform_knows_the_date_an_extension_takes_its_place():
    policy = Policy(None, Late(10, flagged_periods=3), extensions=(Extension(DUE, "amy"),))

    def at(span, *, flagged):
        made = final(ASKED, policy, student="amy", handed_in=DUE + span, flagged=flagged)
        return made.score, made.is_late, [str(line.text) for line in made.lines]

    assert at(-HOUR, flagged=True) == (7, False, [])
    assert at(HOUR, flagged=True) == (6.3, True, ["late by 0 d 01:00: 10 percent less"])
    assert at(HOUR, flagged=False) == (7, False, [])


def test_more_time_for_a_student_or_a_section():
    policy = Policy(DUE, extensions=(Extension(DUE + DAY, "amy"), Extension(DUE + 2 * DAY, section="B")))
    who = (("amy", "A"), ("ben", "A"), ("amy", "B"))
    assert [extended_for(policy, *each) for each in who] == [DUE + DAY, None, DUE + 2 * DAY]
    assert extended_for(policy, "ben", "", DUE + 3 * DAY) == DUE + 3 * DAY
    assert extended_for(Policy(), "ben", "") is None
    scores = [final(ASKED, policy, student=one, section=two, handed_in=DUE + DAY).is_late for one, two in who]
    assert scores == [False, True, False]


def test_dropped_questions_extra_credit_and_a_ceiling():
    made = final(ASKED, Policy(drop=("b",), extra=("c",)))
    assert (made.score, made.points, made.raw, made.raw_points) == (7, 6, 7, 10)
    assert [(str(line.text), line.change) for line in made.lines] == [
        ("b does not count", 0),
        ("c is extra credit, in the score and not in the points", 0),
    ]
    assert final(ASKED, Policy(drop=("b",), extra=("c",), most_percent=100)).score == 6
    assert final(ASKED, Policy(drop=("scale",))).points == 0


@pytest.mark.parametrize(
    ("rounding", "places", "expected"),
    [("half_up", 0, 3), ("half_even", 0, 2), ("up", 0, 3), ("down", 0, 2), ("half_up", 1, 2.5)],
)
def test_rounding_is_that_of_the_policy(rounding, places, expected):
    made = final([question(points=2.5)], Policy(places=places, rounding=rounding))
    assert (made.score, made.raw) == (expected, 2.5)


def test_what_people_decide_comes_before_and_after_policies():
    decided = Decisions(questions={"b": Given(3.0, "misread")})
    made = final(ASKED, Policy(DUE, Late(10)), handed_in=DUE + HOUR, decisions=decided)
    assert (made.score, str(made.lines[0].text)) == (9, "b set by the instructor: misread")
    made = final(ASKED, Policy(DUE, Late(10)), handed_in=DUE + HOUR, decisions=Decisions(score=Given(8.0, "fair")))
    assert (made.score, made.raw) == (8, 7)
    made = final(ASKED, Policy(), decisions=Decisions(excused="ill"))
    assert (made.score, made.excused) == (None, True)


@given(
    st.lists(st.tuples(st.floats(0, 50), st.booleans()), max_size=6),
    st.floats(0, 100), st.floats(0, 100), st.integers(-100, 10_000), st.sampled_from([None, 0, 1, 2]),
)  # fmt: skip
def test_no_policy_takes_a_score_below_zero_or_above_what_was_earned(asked, percent, cap, minutes, places):
    status = {True: Status.PASSED, False: Status.WRONG}
    questions = [question(status[passed], name=f"q{n}", points=p) for n, (p, passed) in enumerate(asked)]
    policy = Policy(DUE, Late(percent, cap_percent=cap), places=places, rounding="down")
    made = final(questions, policy, handed_in=DUE + timedelta(minutes=minutes))
    assert -1e-5 <= made.score <= made.raw + 1e-5
    assert made.raw + sum(line.change for line in made.lines) == pytest.approx(made.score, abs=1e-5)


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=6))
def test_the_best_attempt_is_the_first_of_the_best(scores):
    attempts = [Final(score, 100, score, 100) for score in scores]
    assert counts(attempts, Policy()) == len(scores) - 1
    chosen = counts(attempts, Policy(attempt="best"))
    known = [score for score in scores if score is not None]
    assert scores[chosen] == (max(known) if known else None)


COURSE = """
format = 1
timezone = "Europe/Berlin"
[policy]
attempt = "best"
round = 1
late = { percent = 10, per = "day", grace_minutes = 15, cap_percent = 50, flagged_periods = 1 }
[topic.vectors]
due = 2026-11-30T23:59:00
drop = ["scale"]
extra_credit = ["mean_square_grad"]
[[topic.vectors.extension]]
student = "amy"
until = 2026-12-02
why = "ill"
"""


def test_a_course_toml_is_read_in_its_time_zone(tmp_path):
    policy = policy_of(COURSE, tmp_path)
    assert policy.due.isoformat() == "2026-11-30T23:59:00+01:00"
    assert (policy.attempt, policy.places, policy.drop, policy.extra) == ("best", 1, ("scale",), ("mean_square_grad",))
    assert policy.late == Late(10, "day", timedelta(minutes=15), 50, 1)
    assert [(e.student, e.until.isoformat()) for e in policy.extensions] == [("amy", "2026-12-02T23:59:59+01:00")]
    assert policy_of(COURSE, tmp_path, "layers").due is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 2", "format = 2, this version reads 1"),
        ("[policy]\nlat = 1", r"policy: unknown key 'lat'; did you mean 'late'\?"),
        ("[policy]\nattempt = 'first'", "attempt = 'first', allowed are 'latest' and 'best'"),
        ("[policy]\nlate = { percent = 200 }", "percent = 200 is not between 0 and 100"),
        ("[policy]\nlate = { percent = 1, per = 'week' }", "per = 'week', allowed are"),
        ("[policy]\nround = -1", "round = -1 is not between 0 and 6"),
        ("[policy]\ndue = 'soon'", "due = 'soon' is no time like 2026-11-30T23:59"),
        ("timezone = 'Mars/Base'", "timezone = 'Mars/Base' is not like 'Europe/Berlin'"),
        ("[[policy.extension]]\nuntil = 2026-01-01", "whose extension is it"),
        ("nonsense", r"course\.toml: "),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_key(tmp_path, text, said):
    with pytest.raises(AutograderError, match=said):
        policy_of(text, tmp_path)


def test_a_moment_keeps_its_own_zone():
    assert moment("2026-11-30T10:00+02:00", UTC, "x").isoformat() == "2026-11-30T10:00:00+02:00"
