"""The engine of `engines.py` as a program: python program.py CLASS DIRECTORY."""

import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import engines

engine, folder = getattr(engines, sys.argv[1])(), pathlib.Path(sys.argv[2])
schedule = json.loads((folder / "schedule.json").read_text())
pool, kept = engine.pool(schedule["slots"]), {}


def array(one):
    return np.fromfile(folder / one["file"], one["dtype"]).reshape(one["shape"])


for call in schedule["calls"]:
    x = {one["name"]: array(one) for one in call["inputs"]}
    match call["call"]:
        case "run":
            out = engine.run(pool, call["slots"], x, call["lengths"])
        case "verify":
            out = engine.verify(pool, call["slots"], x, call["lengths"], call["accepted"])
        case "copy":
            engine.copy(pool, call["source"], call["target"])
        case "clear":
            engine.clear(pool, call["slot"])
        case "read":
            kept[call["kept"]] = engine.read(pool, call["slot"])
        case "write":
            engine.write(pool, call["slot"], kept[call["kept"]])
    for one in call["outputs"]:
        name = one["name"]
        x = out if name == "out" else engine.read(pool, int(name.split()[1].partition(".")[0]))
        np.ascontiguousarray(x).tofile(folder / one["file"])
