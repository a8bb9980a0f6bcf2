"""Naming what went wrong: a question replayed, patterns recognised, known mistakes played in the student's place."""

from autograder.diagnosis.naming import Finding, Suspect, diagnose, settled
from autograder.diagnosis.replay import Play, Replay, kept_play, play_kept

__all__ = ["Finding", "Play", "Replay", "Suspect", "diagnose", "kept_play", "play_kept", "settled"]
