"""Runs the cells of a notebook, "kmeans" or "xgboost", and prints in the end what became of the rows, as JSON."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import notebooks  # noqa: E402

name = sys.argv[1]
cells = getattr(notebooks, f"{name}_cells")()
scope = {"__name__": "__main__"}
result = {"cells": len(cells)}
for number, cell in enumerate(cells):
    if "<YOUR_TRAINING_JOB_NAME>" in cell:
        cell = cell.replace("<YOUR_TRAINING_JOB_NAME>", scope["kmeans_estimator"].latestTrainingJob)
    if number == len(cells) - 1:  # The last one deletes the endpoints.
        predicted = scope["transformedData"]
        if name == "kmeans":
            result |= {"rows": predicted.count(), "clusters": predicted.select("closest_cluster").distinct().count()}
        else:
            result |= {"accuracy": predicted.where("label = prediction").count() / predicted.count()}
    print(f"[{number}]", flush=True)
    exec(compile(cell, f"{name} notebook, cell {number}", "exec"), scope)
print("\n" + json.dumps(result))
