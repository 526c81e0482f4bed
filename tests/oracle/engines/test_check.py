"""What is said of an engine: what it breaks, what it lacks, and how to see it."""

import numpy as np
import pytest

from refmem.oracle.engines.check import check_engine
from refmem.oracle.engines.contracts import BROKEN, HOLDS, UNSEEN
from refmem.oracle.engines.report import as_report, lines, verdict
from refmem.oracle.engines.stream import Stream, served
from refmem.oracle.targets.engine import Engine, make_engine
from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict.outcomes import CONFORMS, DEPARTS, FAILED, OUTSIDE, UNDECIDED
from refmem.support.arguments import ChoiceError
from tests.oracle.engines import engines


def check(made, *only, number=100, patience=0.2, **given):
    name = f"{engines.__name__}:{type(made).__name__}"
    asked = {"number": number, "patience": patience, "only": only, "name": name}
    return check_engine(Engine(made), "gated_delta", **asked | given)


def test_the_script_fails_on_the_engine_and_not_on_a_right_one():
    found = check(engines.KeepsAll(), "drafts").broken[0]
    with pytest.raises(AssertionError):
        exec(found.script, {})
    exec(found.script.replace("KeepsAll", "Right"), {})


@pytest.mark.parametrize(
    ("made", "contract", "said"),
    [
        (engines.HandsOutViews(), "snapshots", "does not hold what was kept, to the bit"),
        (engines.RestoresDouble(), "snapshots", "has dtype float64, and had float32"),
        (engines.KeepsAllUnread(), "drafts", "the outputs of slot"),
        (engines.Raises(), "requests", "raised RuntimeError: no batches"),
        (engines.ReturnsTooMuch(), "requests", "outputs have shape (2, "),
        (engines.ReturnsNothing(), "requests", "run returned nothing, expected outputs"),
        (engines.ChangesInputs(), "requests", "changed its input beta"),
        (engines.HasSmallPools(), "together", "raised IndexError"),
    ],
    ids=lambda one: type(one).__name__ if hasattr(one, "pool") else None,
)
def test_what_is_wrong_is_said_with_the_call(made, contract, said):
    report = check(made, contract)
    assert report.verdict == DEPARTS
    found = report.broken[0]
    assert said in found.breach.reason
    assert f"after call {found.breach.call + 1} of" in "\n".join(lines(report))
    assert found.script.count("engine.") >= len(found.schedule)


def test_a_snapshot_that_changes_is_named():
    report = check(engines.HandsOutViews(), "snapshots")
    assert "the snapshot aliases the live state" in report.broken[0].mistakes[0].says
    with pytest.raises(AssertionError):
        exec(report.broken[0].script, {})


def test_what_an_engine_lacks_is_not_looked_at():
    report = check(engines.RunsOnly(), number=9)
    assert report.verdict == UNDECIDED
    assert {one.name for one in report.findings if one.status == HOLDS} == {
        "requests", "padding", "slack", "together",
    }  # fmt: skip
    assert "the engine has no read and no write" in "\n".join(lines(report))
    assert verdict(report).endswith(
        "not looked at: drafts, copies, reuse, NaN, snapshots, what lies in a slot (no read)"
    )


def test_what_is_broken_hides_what_needs_it():
    report = check(engines.Raises(), number=18)
    assert [one.status for one in report.findings] == [BROKEN, *[UNSEEN] * 8]
    found = as_report(report).outcomes
    assert [one.status for one in found] == [FAILED, *[OUTSIDE] * 8]
    assert found[0].case == "gated_delta/requests@serving"


def test_a_right_engine_conforms_in_bfloat16_too():
    class Halves(engines.Right):
        def verify(self, pool, slots, x, lengths, accepted):
            single = {name: one.astype(np.float32) for name, one in x.items()}
            return super().verify(pool, slots, single, lengths, accepted).astype(x["v"].dtype)

    assert check(Halves(), number=18, dtype="bfloat16").verdict == CONFORMS
    assert check(engines.Right(), number=18).verdict == CONFORMS


def test_states_in_few_bits_are_held_to_their_own_definition():
    assert check(engines.Int8(), number=18).verdict == CONFORMS
    assert "entries are wrong" in check(engines.Int8OfTensor(), "requests").broken[0].breach.reason
    assert "entries are wrong" in check(engines.Int8Truncated(), "requests").broken[0].breach.reason
    with pytest.raises(
        UnavailableError, match="stored = 'int7': format has value 'int7', expected"
    ):
        check(engines.Int7())


class Layer(engines.Right):
    """A layer that is no rule: its keys and gates are made of what it is given."""

    def run(self, pool, slots, x, lengths):
        return self.verify(pool, slots, x, lengths, lengths)

    def verify(self, pool, slots, x, lengths, accepted):
        x = np.tanh(x["x"])
        made = {"q": x, "k": x / 2, "v": x[..., :3], "alpha": abs(x[..., 0]), "beta": x[..., 1]}
        return super().verify(pool, slots, made, lengths, accepted)


class Forgetful(Layer):
    def copy(self, pool, source, target):
        pool[target] = 0


class Fails(Layer):
    def verify(self, pool, slots, x, lengths, accepted):
        if sum(lengths) > 10:
            raise RuntimeError("too long")
        return super().verify(pool, slots, x, lengths, accepted)


def test_without_a_rule_an_engine_is_compared_with_itself():
    report = check_engine(Engine(Layer()), None, number=18)
    assert report.verdict == CONFORMS
    assert "what lies in a slot (no read)" in verdict(report)
    broken = check_engine(Engine(Forgetful()), None, only=["copies"], patience=0.3).broken[0]
    assert "the outputs of slot" in broken.breach.reason
    assert "Stream(None)" in broken.script
    with pytest.raises(UnavailableError, match="raised RuntimeError: too long"):
        check_engine(Engine(Fails()), None)


def test_an_engine_that_is_none_is_refused():
    with pytest.raises(UnavailableError, match="has no method run, which every engine has"):
        make_engine(f"{engines.__name__}:HasNoRun")
    with pytest.raises(UnavailableError, match=r"CannotBeMade\(\) raised OSError: no device"):
        make_engine(f"{engines.__name__}:CannotBeMade")
    with pytest.raises(ChoiceError, match="ffn: rule has no state, expected one that has"):
        served("ffn")


def test_a_stream_is_the_same_tokens_again():
    take = Stream("gated_delta")
    first = take(2, slack=1)
    assert np.isnan(first["k"][:, 2]).all()
    assert not np.isnan(first["k"][:, :2]).any()
    again = take.again()
    assert (again(2)["k"] == first["k"][:, :2]).all()
    assert not (again(2)["k"] == first["k"][:, :2]).any()
    assert np.isnan(take(1, spoilt=True)["v"]).all()
