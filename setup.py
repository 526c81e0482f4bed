"""What pyproject.toml cannot say: the folder derivations/ is the package refmem_derivations."""

from setuptools import find_packages, setup

PROOFS = "refmem_derivations"

setup(
    packages=[
        *find_packages(include=["refmem", "refmem.*"]),
        PROOFS,
        *(f"{PROOFS}.{subject}" for subject in find_packages("derivations")),
    ],
    package_dir={PROOFS: "derivations"},
)
