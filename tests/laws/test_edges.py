"""No tokens, no batch, one channel and one token are ordinary: `refmem.laws.edges`."""

import pytest

from refmem.laws import edges
from tests.draws import every_form


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_no_tokens_leave_the_state_alone(rule, form):
    edges.no_tokens_leave_the_state_alone(rule, form)


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_no_tokens_and_no_state_are_the_empty_memory(rule, form):
    edges.no_tokens_and_no_state_are_the_empty_memory(rule, form)


@pytest.mark.parametrize("lead", edges.NO_BATCH, ids=str)
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_an_empty_batch_is_a_batch(rule, form, lead):
    edges.an_empty_batch_is_a_batch(rule, form, lead)


@pytest.mark.parametrize(("K", "V"), edges.ONE_CHANNEL)
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_one_channel_is_ordinary(rule, form, K, V):
    edges.one_channel_is_ordinary(rule, form, K, V)


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_one_token_is_ordinary(rule, form):
    edges.one_token_is_ordinary(rule, form)
