"""The README's generated parts are up to date."""

from tools.rules_table import README, with_table


def test_the_table_of_rules_is_what_the_tool_writes():
    readme = README.read_text()
    assert readme == with_table(readme)


def test_a_stale_table_is_found():
    readme = README.read_text()
    assert with_table(readme.replace("`delta`", "`dleta`")) == readme
