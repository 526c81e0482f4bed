"""Streams: constant memory, the same bits however often they are stopped, and files that say no."""

import json
import re
import signal
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest

from refmem.laws.exact import assert_same
from refmem.studies.longcontext import (
    Averaged,
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Mesa,
    Periodic,
    Piecewise,
    RandomWalk,
    World,
    expected_errors,
)
from refmem.studies.longcontext.saved import SavedError, load, save
from refmem.studies.longcontext.streams import Stream

ALL = [
    Averaged(),
    Decayed(0.9),
    Delta(0.2),
    GatedDelta(0.99, 0.2),
    Mesa(0.9, 0.5),
    Kalman(1e-3, 0.5),
]
WORLD = World(RandomWalk(1e-3), keys=3, values=2, noise=0.5)
ids = [memory.name for memory in ALL]


def assert_same_position(one, other):
    assert_same(one.latent, other.latent, "latent")
    assert_same(one.state, other.state, "state")
    assert one.tokens == other.tokens
    assert (one.overall, one.octaves) == (other.overall, other.octaves)


@pytest.mark.parametrize("memory", ALL, ids=ids)
@pytest.mark.parametrize(
    "motion", [RandomWalk(1e-3), RandomWalk(1e-2, 0.9), Piecewise(70), Periodic(70)], ids=repr
)
def test_saved_and_gone_on_with_is_never_stopped(memory, motion, tmp_path):
    stream = Stream(memory, World(motion, keys=3, values=2, noise=0.5), chunk=25, seed=3)
    path = tmp_path / "state.json"
    save(stream, stream.run(100), path)
    assert_same_position(stream.run(250, load(stream, path)), stream.run(250))


def test_before_the_first_token_can_be_saved(tmp_path):
    stream = Stream(Delta(0.2), WORLD)
    save(stream, stream.begin(), tmp_path / "state.json")
    assert_same_position(load(stream, tmp_path / "state.json"), stream.begin())


def test_the_statistics_are_those_of_the_errors():
    stream = Stream(Delta(0.2), WORLD, chunk=10)
    errors, last = [], None
    for position in stream.positions(400):
        errors.append(position.overall)
        last = position
    assert last.overall.n == 40
    assert sum(one.n for one in last.octaves) == 40
    # chunks end at 10, 20, ... 400: two below 32 (16..31 has 20 and 30), and 256 to 400 has 15
    assert [one.n for one in last.octaves] == [0, 0, 0, 1, 2, 3, 6, 13, 15]


def test_every_chunk_is_drawn_anew():
    """A map that is drawn in every chunk is another one each time."""
    stream = Stream(Delta(0.2), World(Piecewise(10), keys=1, values=1), chunk=10)
    maps = [float(position.latent[0, 0, 0]) for position in stream.positions(1000)]
    assert len(set(maps)) == 100


def test_the_mean_error_is_what_theory_says():
    """Chunks of 200 tokens forget each other (a tenth of a token's weight is left after 60), so
    their errors are independent: 1000 of them, within four and a half standard errors."""
    stream = Stream(Delta(0.2), WORLD, chunk=200)
    start = stream.run(1000)
    errors = []
    for position in stream.positions(201_000, start):
        distance = position.state - position.latent[0]
        errors.append((distance * distance).sum(0).mean())
    expected = expected_errors(WORLD, Delta(0.2).gains(3), 1000)[-1]
    assert abs(np.mean(errors) - expected) < 4.5 * np.std(errors) / len(errors) ** 0.5


def test_memory_does_not_grow_with_the_stream():
    stream = Stream(Delta(0.2), WORLD, chunk=500)
    peaks = []
    for tokens in (5_000, 50_000):
        tracemalloc.start()
        stream.run(tokens)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


REFMEM = [sys.executable, "-c", "from refmem.commands.main import main; main()"]
WORLD_OF_RUN = ["--world", "periodic", "--period", "1000", "--chunk", "100"]
GATES = ["--alpha", "0.99", "--beta", "0.3"]


def command(tokens, path, seconds):
    saving = ["--tokens", str(tokens), "--state", str(path), "--save-every", str(seconds)]
    return [*REFMEM, "longcontext", "stream", "gated_delta", *WORLD_OF_RUN, *GATES, *saving]


def tokens_in(path):
    return json.loads(path.read_text())["position"]["tokens"] if path.exists() else 0


def stopped(tokens, path, seen, how):
    """Start the command, stop it when its file is beyond `seen`: its exit code and its message."""
    running = subprocess.Popen(
        command(tokens, path, 0.01), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while tokens_in(path) <= seen:
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(how)
    message = running.communicate()[1]
    return running.returncode, message


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path):
    """SIGKILL while it runs, after its first save; gone on with, Ctrl-C, and gone on with again:
    the file is that of a run that was never stopped."""
    killed, whole, tokens = tmp_path / "killed.json", tmp_path / "whole.json", 150_000
    after_kill = stopped(tokens, killed, 0, signal.SIGKILL)
    assert after_kill == (-signal.SIGKILL, "")
    assert 0 < tokens_in(killed) < tokens
    code, message = stopped(tokens, killed, tokens_in(killed), signal.SIGINT)
    assert code == 130
    said = rf"refmem: stopped after {tokens_in(killed)} tokens; the same command goes on from .*\n"
    assert re.fullmatch(said, message)
    for path in (killed, whole):
        subprocess.run(command(tokens, path, 60), check=True, stdout=subprocess.DEVNULL)
    assert killed.read_bytes() == whole.read_bytes()


STREAM = Stream(Kalman(1e-3, 0.5), WORLD, chunk=10)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "state.json"
    save(STREAM, STREAM.run(20), path)
    return path


OTHERS = [
    (Stream(Kalman(1e-3, 0.5), WORLD, chunk=20), "its chunk is 10, expected 20"),
    (Stream(Kalman(1e-3, 0.5), WORLD, chunk=10, seed=1), "its seed is 0, expected 1"),
    (Stream(Kalman(1e-2, 0.5), WORLD, chunk=10), "its memory.drift is 0.001, expected 0.01"),
    (Stream(Delta(0.5), WORLD, chunk=10), "its memory.name is 'kalman', expected 'delta'"),
    (
        Stream(Kalman(1e-3, 0.5), World(RandomWalk(1e-3), 4, 2, 0.5), chunk=10),
        "its keys is 3, expected 4",
    ),
    (
        Stream(Kalman(1e-3, 0.5), World(Piecewise(9), 3, 2, 0.5), chunk=10),
        "its motion.name is 'random_walk', expected 'piecewise'",
    ),
]


@pytest.mark.parametrize(("other", "message"), OTHERS, ids=[message for _, message in OTHERS])
def test_the_state_of_another_stream_is_refused(path, other, message):
    with pytest.raises(SavedError, match=f"state.json is of another stream: {message}$"):
        load(other, path)


def test_a_flipped_digit_is_noticed(path):
    """Every digit of the file, one after another: none of them can change unseen."""
    text = path.read_text()
    for place in [i for i, letter in enumerate(text) if letter in "12345678"][::7]:
        path.write_text(text[:place] + "9" + text[place + 1 :])
        with pytest.raises(SavedError, match=r"is damaged|is no saved stream|of another stream"):
            load(STREAM, path)


@pytest.mark.parametrize("kept", [0, 1, 100, -2])
def test_a_file_cut_short_is_refused(path, kept):
    path.write_text(path.read_text()[:kept])
    with pytest.raises(SavedError, match="is no saved stream, expected the JSON that a stream"):
        load(STREAM, path)


@pytest.mark.parametrize("content", ["[1, 2]", "{}", '{"format": "another"}'])
def test_a_foreign_file_is_refused(path, content):
    path.write_text(content)
    with pytest.raises(SavedError, match="is no saved stream, expected an object of format"):
        load(STREAM, path)


def test_bytes_that_are_no_text_are_refused(path):
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SavedError, match="is no saved stream"):
        load(STREAM, path)


def test_a_stream_stops_between_chunks():
    with pytest.raises(ValueError, match="Stream: tokens has value 15, expected a multiple"):
        STREAM.run(15)


def test_a_stream_does_not_run_backwards():
    with pytest.raises(ValueError, match="Stream: tokens has value 10, expected at least 20, beca"):
        STREAM.run(10, STREAM.run(20))


def test_a_chunk_counts_tokens():
    with pytest.raises(ValueError, match="Stream: chunk has value 0, expected at least 1, because"):
        Stream(Delta(0.5), WORLD, chunk=0)
