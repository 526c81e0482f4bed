"""Truth and budget of a case are found out once for all parts of a target, as for each alone."""

import dataclasses

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.presets import FLA
from refmem.oracle.cases.case import find_case
from refmem.oracle.question import Questions
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import ANYTHING, Contract
from refmem.oracle.targets.find import find_target

CASE = "gated_delta/ordinary/1"


def part(dtype=np.float16, contract=ANYTHING, **facts):
    convention = dataclasses.replace(FLA, **facts)
    return PythonCallable(never, "gated_delta", dtype, "f", convention, contract=contract)


def never(**inputs):
    raise AssertionError("it is asked what it would be called with, and not called")


def found_once(**facts):
    questions = Questions(find_case(CASE))
    first, second = questions.to(part()), questions.to(part(**facts))
    return first.expected is second.expected


@pytest.mark.parametrize(
    "facts", [{"layout": "bhtd"}, {"state_layout": "vk"}, {"groups": ()}, {"every_head": ("beta",)}]
)
def test_where_numbers_stand_is_no_other_question(facts):
    assert found_once(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"dtype": np.float32},
        {"state_dtype": "float16"},
        {"gate": "factor"},
        {"scale": "1"},
        {"norm": "rsqrt", "eps": 1e-6},
        {"contract": Contract(lacks=("scale",))},
        {"contract": Contract(multiple=16)},
    ],
)
def test_other_numbers_are_another_question(facts):
    assert not found_once(**facts)


@pytest.mark.parametrize("case", [CASE, "gated_delta/grouped-values/1", "gated_delta/packed/0"])
def test_the_parts_of_a_target_are_judged_as_each_would_be_alone(case):
    together = find_target("onnxruntime")
    alone = [one for part in together.parts for one in check(part, case=case).outcomes
             if "gated_delta" in part.rules]  # fmt: skip
    assert list(check(together, case=case).outcomes) == alone
