"""A real scheduler and real workers on loopback: the batch comes to the same, whatever becomes of a worker."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support_courses import RIGHT, copied, with_graders
from test_batch import Here
from test_batch_pool import DEADLY
from test_batch_pool import SOURCES as POISONED

from autograder import bank, batch, cluster, coursefile
from autograder.batch import Shard
from autograder.cli import main
from autograder.model import Receipt, Submission, UsageError

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own
distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

SECRET = b"s" * 32
SOURCES = {
    "alice": RIGHT,
    "bob": RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a"),
    "dave": "import os\nos._exit(1)\n",
    "frank": "def scale(:\n",
    "zoe": RIGHT.replace("return 2 * x / x.size", "raise NotImplementedError('mean_square_grad')"),
}


def submissions(count):
    """So many, of each kind in turn."""
    kinds = list(SOURCES.items())
    for number in range(count):
        name, source = kinds[number % len(kinds)]
        yield Submission(f"{name}{number:03}", {"vectors.py": source.encode()})


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("cluster") / "course")


@contextlib.contextmanager
def started(*resources):
    """A scheduler with one worker for each of these resources, each in a process under a nanny."""
    options = {"nthreads": 1, "memory_limit": 0, "dashboard": False}
    workers = {
        number: {"cls": distributed.Nanny, "options": {**options, "resources": each}}
        for number, each in enumerate(resources)
    }
    scheduler = {"cls": distributed.Scheduler, "options": {"dashboard_address": ":0", "port": 0, "host": "127.0.0.1"}}
    with distributed.SpecCluster(workers=workers, scheduler=scheduler, silence_logs=50) as made:
        yield made


@pytest.fixture(scope="module")
def two():
    """A cluster of two workers."""
    with started({}, {"GPU": 1}) as made:
        yield made


def basis_of(course):
    """What the tiny topic is graded by."""
    return cluster.basis_of(course.root, "vectors")


@contextlib.contextmanager
def spread(made, course, **resources):
    """A batch's way to the cluster."""
    where = cluster.Scheduler(made.scheduler_address, resources=resources)
    with contextlib.closing(cluster.Spread(where, basis_of(course))) as found:
        yield found


def results(outcomes):
    """What counts of each outcome, by student; nobody twice."""
    found = {}
    for outcome in outcomes:
        assert outcome.submission.student not in found
        assert outcome.report is not None, outcome.trouble
        questions = tuple((q.name, q.score, q.verdict.status) for q in outcome.report.questions)
        found[outcome.submission.student] = (outcome.report.seed, outcome.report.fingerprint, questions)
    return found


def work(course, count):
    """Shards of so many submissions."""
    return batch.shards(submissions(count), count, course.root, "vectors", SECRET, 2)


@pytest.fixture(scope="module")
def undisturbed(course):
    """What 40 submissions come to in this process."""
    yield results(batch.outcomes(work(course, 40), lambda jobs: Here(), 1))
    batch._grader(course.root, "vectors", None, "cpu")[1].close()
    batch._grader.cache_clear()


def pids(made):
    with distributed.Client(made.scheduler_address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


@pytest.mark.slow
def test_a_cluster_comes_to_the_same_as_this_process(two, course, undisturbed):
    before = pids(two)
    with spread(two, course) as found:
        assert found.jobs() == 4
        found.proved(course.root, "vectors")
        assert results(batch.outcomes(work(course, 40), found.pool, 4)) == undisturbed
    assert pids(two) == before  # submissions that end their process have ended no worker


@pytest.mark.slow
def test_attempts_that_are_the_same_are_graded_once_and_count_each(two, course):
    """With `attempt = "best"` all attempts are graded; a hand-in that was repeated stands beside itself."""
    wrong, empty = (Submission("amy", files) for files in ({"vectors.py": SOURCES["bob"].encode()}, {}))
    attempts = [replace(each, receipt=Receipt(attempt=n)) for n, each in enumerate([wrong, wrong, empty, wrong], 1)]
    shard = Shard(course.root, "vectors", tuple(attempts), SECRET)
    with spread(two, course) as found:
        outcomes = list(batch.outcomes([shard, *shard.singles()], found.pool, 4))
    scores = [(each.submission.receipt.attempt, each.report and each.report.score) for each in outcomes]
    assert sorted(scores) == sorted(2 * [(1, 6), (2, 6), (3, 0), (4, 6)])


@pytest.mark.slow
def test_the_command_grades_a_class_on_a_cluster(two, course, tmp_path, capsys):
    for each in submissions(5):
        (tmp_path / "in" / each.student).mkdir(parents=True)
        (tmp_path / "in" / each.student / "vectors.py").write_bytes(each.files["vectors.py"])
    words = ["--root", str(course.root), "batch", "vectors", str(tmp_path / "in"), str(tmp_path / "out")]
    assert main([*words, "--cluster", two.scheduler_address]) == 0
    reports = tmp_path / "out" / "reports"
    scores = {path.stem: json.loads(path.read_text("utf-8"))["score"] for path in reports.glob("*.json")}
    assert scores == {"alice000": 10, "bob001": 6, "dave002": 0, "frank003": 0, "zoe004": 4}
    assert main([*words, "--fresh", "--cluster", "nowhere"]) == 2
    assert "--cluster nowhere: neither tcp://… nor a [cluster.nowhere]" in capsys.readouterr().err


def assert_undisturbed_by(two, course, undisturbed, moments):
    """Grades are the same when at each of these moments, counted in outcomes, some worker is killed."""
    found, draw = {}, random.Random(1)
    with spread(two, course) as spread_:
        for number, outcome in enumerate(batch.outcomes(work(course, 40), spread_.pool, 4)):
            new = results([outcome])
            assert not new.keys() & found.keys()
            found.update(new)
            if number in moments:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(draw.choice(pids(two)), signal.SIGKILL)
    assert found == undisturbed


@pytest.mark.slow
def test_a_killed_worker_costs_no_grade(two, course, undisturbed):
    rounds = int(os.environ.get("AUTOGRADER_CLUSTER_KILLS", "2"))
    draw = random.Random(rounds)
    for _ in range(rounds):
        assert_undisturbed_by(two, course, undisturbed, {draw.randrange(32)})


@pytest.mark.slow
def test_what_needs_a_gpu_goes_where_there_is_one(two, tmp_path):
    course = copied(tmp_path / "course")
    with spread(two, course, GPU=1) as found:
        outcomes = list(batch.outcomes(work(course, 4), found.pool, 4))
        with found.client() as client:
            package = bank._package(course.solutions("vectors"))
            loaded = client.run(lambda: package in __import__("sys").modules)
            workers = client.scheduler_info(n_workers=-1)["workers"]
    assert len(outcomes) == 4
    assert {address for address in loaded if loaded[address]} == {
        address for address, worker in workers.items() if worker["resources"].get("GPU")
    }


@pytest.mark.slow
def test_with_device_cuda_a_topic_on_pytorch_is_graded_by_the_worker_that_declares_a_gpu(two, tmp_path, capsys):
    course = copied(tmp_path / "course")
    for name in ("alice", "bob"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "layers.py").write_bytes((course.solutions("layers") / "solution.py").read_bytes())
    words = ["--root", str(course.root), "batch", "layers", str(tmp_path / "in"), str(tmp_path / "out")]
    assert main([*words, "--device", "cuda", "--cluster", two.scheduler_address]) == 0
    assert "No GPU: 2 questions were left out, with their points." in capsys.readouterr().out  # behind the walls
    for name in ("alice", "bob"):
        report = json.loads((tmp_path / "out" / "reports" / f"{name}.json").read_text("utf-8"))
        assert (report["score"], report["points"], report["is_final"]) == (0, 0, True)
        assert {(q["status"], q["device"]) for q in report["questions"]} == {("not_run", "cuda")}
    package = bank._package(course.solutions("layers"))
    with distributed.Client(two.scheduler_address, set_as_default=False) as client:
        loaded = client.run(lambda: package in __import__("sys").modules)
        workers = client.scheduler_info(n_workers=-1)["workers"]
    assert [workers[address]["resources"] for address in loaded if loaded[address]] == [{"GPU": 1}]


@pytest.mark.slow
def test_a_cluster_without_what_is_needed_is_one_sentence(two, course):
    with spread(two, course, GPU=2) as found, pytest.raises(UsageError) as caught:
        found.jobs()
    assert "none of the 2 workers at tcp://127.0.0.1:" in str(caught.value)
    assert "declares GPU=2, which these questions need" in str(caught.value)


@pytest.mark.slow
def test_a_submission_that_kills_every_worker_is_named_and_the_rest_goes_on(tmp_path):
    course = with_graders(tmp_path / "course", DEADLY)
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), started({}, {}) as made:
        handed_in = [Submission(name, {"vectors.py": source.encode()}) for name, source in POISONED.items()]
        pieces = batch.shards(handed_in, len(handed_in), course.root, "vectors", SECRET, 1)
        with spread(made, course) as found:
            outcomes = {each.submission.student: each for each in batch.outcomes(pieces, found.pool, 4)}
    assert sorted(outcomes) == sorted(POISONED)
    scores = {name: outcome.report.score for name, outcome in outcomes.items() if outcome.report}
    assert scores == {"alice": 1, "bob": 1, "trent": 1, "wendy": 0}
    assert outcomes["mallory"].trouble.startswith("KilledWorker: ")


@contextlib.contextmanager
def process(module, *words):
    """A program of Dask's, killed at the end."""
    command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextlib.contextmanager
def by_command(port):
    """A scheduler on this port and a worker of it, as people start them."""
    with (
        process("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
        process("dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-dashboard", "--no-nanny"),
    ):
        yield f"tcp://127.0.0.1:{port}"


@pytest.mark.slow
def test_a_scheduler_that_is_killed_and_started_again_costs_no_grade(course, undisturbed):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found, where = {}, cluster.Scheduler(f"tcp://127.0.0.1:{port}")
    with contextlib.ExitStack() as running, contextlib.closing(cluster.Spread(where, basis_of(course))) as spread_:
        running.enter_context(by_command(port))
        assert spread_.jobs() == 2
        for number, outcome in enumerate(batch.outcomes(work(course, 40), spread_.pool, 2)):
            new = results([outcome])
            assert not new.keys() & found.keys()
            found.update(new)
            if number == 9:
                running.close()
                running.enter_context(by_command(port))
    assert found == undisturbed


@pytest.mark.slow
def test_a_worker_with_another_course_is_named_and_gives_no_grade(two, tmp_path):
    other = copied(tmp_path / "other")
    with contextlib.closing(cluster.Spread(cluster.Scheduler(two.scheduler_address), "another basis")) as found:
        with pytest.raises(UsageError, match=r"the worker tcp://.* has other graders, another solution or other"):
            found.proved(other.root, "vectors")
        with pytest.raises(UsageError, match="there is no course at"):
            found.proved(tmp_path / "nowhere", "vectors")
        (shard,) = batch.shards(submissions(1), 1, other.root, "vectors", SECRET, 1)
        (outcome,) = batch.outcomes([shard], found.pool, 1)
    assert outcome.report is None
    assert outcome.trouble.startswith("OtherCourseError: ")


def test_nobody_at_the_address_is_one_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "START_SECONDS", 1)
    with (
        contextlib.closing(cluster.Spread(cluster.Scheduler("tcp://127.0.0.1:9"), "")) as found,
        pytest.raises(UsageError, match="no Dask scheduler answers at tcp://127"),
    ):
        found.jobs()


SHARD = Shard(root=Path("/course"), topic="vectors", submissions=tuple(submissions(1)), secret=SECRET)


def test_a_task_is_named_by_what_its_report_rests_on():
    name = cluster.key_of(SHARD, "basis")
    assert cluster.key_of(replace(SHARD), "basis") == name
    (one,) = SHARD.submissions
    others = [
        cluster.key_of(SHARD, "another"),
        cluster.key_of(replace(SHARD, secret=b"t" * 32), "basis"),
        cluster.key_of(replace(SHARD, submissions=(replace(one, student="bob"),)), "basis"),
        cluster.key_of(replace(SHARD, submissions=(replace(one, files={"vectors.py": b""}),)), "basis"),
    ]
    assert len({name, *others}) == 5


TABLES = {
    'class = "distributed.LocalCluster"\nworkers = 2\n[cluster.here.options]\nprocesses = false\n': "",
    'class = "LocalCluster"\n': "class = 'LocalCluster', expected the name of a cluster",
    'clas = "a.B"\n': "unknown key 'clas'; did you mean 'class'?",
    'class = "a.B"\nworkers = -1\n': "workers is a whole number",
    'class = "a.B"\noptions = 1\n': "options is a table",
    'class = "a.B"\nresources = {GPU = "one"}\n': "resources = {'GPU': 'one'}, expected amounts by name",
}


@pytest.mark.parametrize(("table", "said"), TABLES.items(), ids=range(len(TABLES)))
def test_a_cluster_in_course_toml_is_checked_as_it_is_read(tmp_path, table, said):
    (tmp_path / "course.toml").write_text(f"[cluster.here]\n{table}", "utf-8")
    if not said:
        assert cluster.scheduler("here", tmp_path).start is not None
        assert set(coursefile.read(tmp_path / "course.toml")) == {""}
        return
    with pytest.raises(UsageError) as caught:
        cluster.scheduler("here", tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [None, "[cluster.there]\n", "cluster = 1\n", "[cluster\n"])
def test_a_name_that_stands_nowhere_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "course.toml").write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"course\.toml"):
        cluster.scheduler("here", tmp_path)


def test_a_class_that_cannot_be_started_is_one_sentence(tmp_path):
    (tmp_path / "course.toml").write_text('[cluster.here]\nclass = "nowhere.Cluster"\n', "utf-8")
    with pytest.raises(UsageError, match=r"nowhere\.Cluster cannot be started: No module named 'nowhere'"):
        cluster.Spread(cluster.scheduler("here", tmp_path), "")
