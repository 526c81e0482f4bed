"""The engines of `engines.py` as a program: python program.py CLASS DIRECTORY."""

import json
import pathlib
import runpy
import sys

import numpy as np

ENGINES = pathlib.Path(__file__).parent / "engines.py"


def main(name, path):
    engine, folder = runpy.run_path(str(ENGINES))[name](), pathlib.Path(path)
    schedule = json.loads((folder / "schedule.json").read_text())
    pool, kept = engine.pool(schedule["slots"]), {}
    for call in schedule["calls"]:
        x = {one["name"]: array(folder, one) for one in call["inputs"]}
        out = make(engine, pool, call, x, kept)
        for one in call["outputs"]:
            if one["name"] == "out":
                found = out
            else:
                found = engine.read(pool, int(one["name"].split()[1].partition(".")[0]))
            np.ascontiguousarray(found).tofile(folder / one["file"])


def array(folder, one):
    return np.fromfile(folder / one["file"], one["dtype"]).reshape(one["shape"])


def make(engine, pool, call, x, kept):
    match call["call"]:
        case "run":
            return engine.run(pool, call["slots"], x, call["lengths"])
        case "verify":
            return engine.verify(pool, call["slots"], x, call["lengths"], call["accepted"])
        case "copy":
            engine.copy(pool, call["source"], call["target"])
        case "clear":
            engine.clear(pool, call["slot"])
        case "read":
            kept[call["kept"]] = engine.read(pool, call["slot"])
        case "write":
            engine.write(pool, call["slot"], kept[call["kept"]])
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
