"""Whatever tools/table makes from the files of rules is up to date."""

import pytest

from tools.rules_table import README, ROOT, TOP, family_exports, made, top_exports, with_table


@pytest.mark.parametrize(
    ("path", "text"), [pytest.param(*one, id=str(one[0].relative_to(ROOT))) for one in made()]
)
def test_what_is_made_from_the_rules_is_up_to_date(path, text):
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale; run tools/table"


def test_a_stale_table_is_found():
    readme = README.read_text(encoding="utf-8")
    assert with_table(readme.replace("`delta`", "`dleta`")) == readme


def test_stale_exports_are_found():
    top = TOP.read_text(encoding="utf-8")
    assert top_exports(top.replace("    kda,\n", "").replace('    "kda",\n', "")) == top
    family = (ROOT / "refmem" / "rules" / "slots" / "__init__.py").read_text(encoding="utf-8")
    assert family_exports(family.replace("gsa", "gas"), "slots") == family
