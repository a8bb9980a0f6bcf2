"""Submissions that use a forbidden name in every way that people think of, and innocent ones that look alike."""

from pathlib import Path

import pytest
from courses import asked

LSTSQ = "numpy.linalg.lstsq"


def ways(name):
    """The submissions of ways/<name>.txt by their titles; the line that is to be found ends with `# HERE`."""
    text = (Path(__file__).with_name("ways") / f"{name}.txt").read_text("utf-8")
    blocks = [block.split("\n", 1) for block in text.split("### ")[1:]]
    return {title: source.strip() + "\n" for title, source in blocks}


def line_of(source):
    (line,) = [number for number, line in enumerate(source.splitlines(), 1) if line.endswith("# HERE")]
    return line


FOUND_IN_THE_SOURCE, FOUND_AT_RUN_TIME, INNOCENT, EVADES = map(
    ways, ("found_in_the_source", "found_at_run_time", "innocent", "evades")
)


@pytest.mark.parametrize("way", FOUND_IN_THE_SOURCE)
def test_a_use_is_found_in_the_source_with_its_line(way, sandbox):
    source = FOUND_IN_THE_SOURCE[way]
    _, uses = asked(sandbox, source, names=(LSTSQ,))
    assert uses == [(LSTSQ, uses[0][1], line_of(source))]
    assert uses[0][1].startswith("numpy.linalg.")


@pytest.mark.parametrize("way", FOUND_AT_RUN_TIME)
def test_what_the_source_hides_is_found_when_it_runs(way, sandbox):
    source = FOUND_AT_RUN_TIME[way]
    _, uses = asked(sandbox, source)
    assert [(rule, where) for rule, _, where in uses] == [("numpy.ma" if "import" in way else LSTSQ, line_of(source))]


@pytest.mark.parametrize("way", INNOCENT)
def test_what_only_looks_alike_is_no_use(way, sandbox):
    files = {"linalg": "def lstsq(A):\n    return A"} if "own" in way and "module" in way else {}
    answer, uses = asked(sandbox, INNOCENT[way], **files)
    assert uses == []
    assert getattr(answer, "shape", None) == (3, 3)


def test_a_module_covers_what_is_in_it(sandbox):
    _, uses = asked(sandbox, "import numpy as np\ndef solve(A):\n    return np.linalg.norm(A)", names=("numpy.linalg",))
    assert uses == [("numpy.linalg", "numpy.linalg.norm", 3)]


def test_a_package_that_is_not_installed_is_found_all_the_same(sandbox):
    source = "def solve(A):\n    import no_such_package.solvers as s\n    return s.solve(A)"
    answer, uses = asked(sandbox, source, names=("no_such_package",))
    assert "ModuleNotFoundError" in str(answer)
    assert uses == [("no_such_package", "no_such_package.solvers", 2)]


def test_a_star_import_of_a_package_that_is_not_loaded_is_followed(sandbox):
    source = "from numpy import *\nfrom scipy.linalg import *\ndef solve(A):\n    return lu_solve(lu_factor(A), A)"
    _, uses = asked(sandbox, source, names=("scipy",))
    assert uses == [("scipy", "scipy.linalg.lu_solve", 4)]


def test_another_file_of_the_submission_is_followed(sandbox):
    helpers = "from numpy import linalg as la\n\n\ndef best(A):\n    return la.lstsq(A, A)[0]\n"
    _, uses = asked(sandbox, "import helpers\ndef solve(A):\n    return helpers.best(A)", helpers=helpers)
    assert uses == [(LSTSQ, LSTSQ, 5)]


def test_a_name_passed_on_by_another_file_is_followed(sandbox):
    source = "from helpers import la\ndef solve(A):\n    return la.lstsq(A, A)[0]"
    _, uses = asked(sandbox, source, helpers="from numpy import linalg as la")
    assert uses == [(LSTSQ, LSTSQ, 3)]


def test_each_forbidden_name_is_reported_once(sandbox):
    source = """\
        import numpy as np
        def solve(A):
            np.linalg.lstsq(A, A)
            np.ma.asarray(A)
            return np.linalg.lstsq(A, A)[0]
        """
    _, uses = asked(sandbox, source)
    assert sorted(uses) == [(LSTSQ, LSTSQ, 3), ("numpy.ma", "numpy.ma.asarray", 4)]


def test_what_the_marks_stand_for_still_works(sandbox):
    source = "import numpy as np\ndef solve(A):\n    return np.linalg.lstsq(A, A, rcond=None)[0]"
    answer, _ = asked(sandbox, source)
    assert abs(answer - answer.round()).max() < 1e-12


def test_a_source_with_a_syntax_error_says_so_and_nothing_else(sandbox):
    answer, uses = asked(sandbox, "import torch\ndef solve(A:\n    return torch")
    assert "SyntaxError" in str(answer)
    assert uses == []


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "-" * 5000 + "1\ndef solve(A):\n    return A",
        "x = 1" + " + 1" * 20000 + "\ndef solve(A):\n    return A",
    ],
)
def test_a_source_that_breaks_the_parser_is_never_taken_for_searched(source, sandbox):
    answer, uses = asked(sandbox, source)
    assert uses is None or not hasattr(answer, "shape")


def test_a_search_that_would_not_end_is_given_up(sandbox):
    loop = "\n".join(f"    v{n + 1} = v{n}.a or v{n}.b or v{n}.c" for n in range(400))
    calls = "\n".join(f"    v{n % 400}" + ".b" * 40 for n in range(3000))
    answer, uses = asked(sandbox, f"import numpy as v\ndef solve(A):\n    return A\n    v0 = v\n{loop}\n{calls}")
    assert answer.shape == (3, 3)
    assert uses in ([], None)


def test_another_encoding_and_line_end_are_searched_like_any(sandbox):
    source = "\ufeffimport numpy as np\r\n\r\ndef solve(A):\r\n    return np.linalg.lstsq(A, A)[0]\r\n"
    _, uses = asked(sandbox, source)
    assert uses == [(LSTSQ, LSTSQ, 4)]


@pytest.mark.parametrize("way", EVADES)
def test_what_is_documented_to_evade_does(way, sandbox):
    answer, uses = asked(sandbox, EVADES[way])
    assert uses == []
    assert answer.shape == (3, 3)
