"""What lies on the disk comes back as it was: in the order in which it came, in the order of its keys, in groups."""

from __future__ import annotations

import tracemalloc
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from autograder.spool import Spool

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=5)


def filled(pairs):
    spool = Spool()
    for number, key in enumerate(pairs):
        spool.add((number, key), *key)
    return spool


@given(st.lists(st.tuples(WORDS, WORDS), max_size=30))
def test_keys_sort_as_their_words_do_and_equal_ones_stay_as_they_came(pairs):
    spool, all_ = filled(pairs), list(enumerate(pairs))
    assert list(spool) == all_
    assert len(spool) == len(all_)
    assert list(spool.in_order()) == sorted(all_, key=lambda each: each[1])


@given(st.lists(st.tuples(WORDS), max_size=30))
def test_groups_come_in_the_order_of_their_first(pairs):
    found = list(filled(pairs).groups())
    assert [key for key, _ in found] == [key for (key,) in dict.fromkeys(pairs)]
    assert sorted(filled(pairs).keys()) == sorted(key for (key,) in set(pairs))
    first = {key: n for n, (key,) in reversed(list(enumerate(pairs)))}
    listed = sorted(enumerate(pairs), key=lambda each: (first[each[1][0]], each[0]))
    assert [each for _, group in found for each in group] == listed
    assert all(len(list(same)) == 1 for _, same in groupby(key for key, _ in found))


def test_memory_does_not_grow_with_what_is_kept():
    peaks = []
    for count in (200, 2000):
        tracemalloc.start()
        spool = Spool()
        for number in range(count):
            spool.add(bytes(300), str(number))
        assert sum(len(each) for each in spool) == 300 * count
        assert sum(len(group) for _, group in spool.groups()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 100_000
