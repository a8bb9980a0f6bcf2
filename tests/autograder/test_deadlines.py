"""What ends a test that hangs does so, and leaves what does not hang alone."""

from __future__ import annotations

import signal
import sys

import pytest
from support_deadlines import Hung, ended_if_it_hangs


def deaf():
    """Waits for ever, whatever exception comes."""
    while True:
        try:
            signal.pause()
        except Exception:
            continue


@pytest.mark.skipif(sys.platform == "win32", reason="alarms are Unix's")
def test_what_hangs_is_ended_although_it_listens_to_no_exception():
    with pytest.raises(Hung), ended_if_it_hangs(0.05):
        deaf()


@pytest.mark.skipif(sys.platform == "win32", reason="alarms are Unix's")
def test_no_alarm_is_left_behind():
    with ended_if_it_hangs():
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
