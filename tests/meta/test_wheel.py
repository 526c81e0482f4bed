"""What setup.py says is in the wheel is all there is, and runs where there is no checkout."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import setuptools

from refmem.commands.proofs import HOME

OUTSIDE = HOME / "tests" / "outside"


@pytest.fixture(scope="module")
def said():
    """The arguments of setup()."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(HOME)
        patch.setattr(setuptools, "setup", lambda **arguments: found.update(arguments))
        runpy.run_path("setup.py")
    return found


def place_of(package, said):
    """The folder of a package, as setuptools finds it."""
    top, _, rest = package.partition(".")
    return HOME / said["package_dir"].get(top, top) / rest.replace(".", "/")


@pytest.fixture(scope="module")
def installed(said, tmp_path_factory):
    """A folder of packages, as installing the wheel makes one, beside two files of an outsider."""
    site, work = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("work")
    for package in said["packages"]:
        folder = site / package.replace(".", "/")
        folder.mkdir(parents=True)
        for file in place_of(package, said).glob("*.py"):
            shutil.copy(file, folder)
    for name in ("mine.py", "kernels.py"):
        shutil.copy(OUTSIDE / name, work)
    return site, work


def run(installed, *arguments):
    """A command of the installed refmem, far from the checkout."""
    site, work = installed
    code = "from refmem.commands.main import main; main()"
    environment = os.environ | {"PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, cwd=work, env=environment,
    )  # fmt: skip


def test_no_folder_is_left_out(said):
    folders = {place_of(package, said) for package in said["packages"]}
    files = [*(HOME / "refmem").rglob("*.py"), *(HOME / "derivations").rglob("*.py")]
    assert {file.parent for file in files} == folders
    assert len(folders) == len(said["packages"])


def test_no_name_is_another_packages(said):
    assert {package.partition(".")[0] for package in said["packages"]} == {
        "refmem",
        "refmem_derivations",
    }


def test_it_derives(installed):
    done = run(installed, "derive", "snr/linear")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 derivations hold: 3 steps, 1 false" in done.stdout


def test_it_shows_where_a_rule_is_proven_and_tested(installed):
    done = run(installed, "show", "delta")
    assert done.returncode == 0, done.stderr
    assert "\n  forms/delta_parallel\n" in done.stdout
    assert "refmem.laws.check(refmem.delta): " in done.stdout
    assert "tests/" not in done.stdout


def test_it_checks_a_kernel_of_a_rule_in_the_current_folder(installed):
    command = ["check", "kernels:right", "--rule", "mine:flowing_delta", "--seed", "0"]
    done = run(installed, *command)
    assert done.returncode == 0, done.stderr
    assert "kernels:right conforms" in done.stdout


def test_it_is_not_the_checkout(installed):
    site, _ = installed
    code = "import refmem; print(refmem.__file__)"
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=site
    )
    assert Path(done.stdout.strip()).is_relative_to(site)
