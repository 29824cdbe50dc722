"""Writes tests/goldens/xgboost: models that the Python package trained and saved, their rows, and what it predicts for them.

rows.txt: "label value value ..." a line, "nan" where a value is missing. cases.txt: a line for each case, "NAME FILE" and
"name=value" parameters; the predictions of its rows, row by row, on the next. Models are saved as UBJSON (.ubj) and JSON (.json).
Run: python tests/goldens/make_xgboost_goldens.py
"""
import pathlib

import numpy as np
import xgboost

FOLDER = pathlib.Path(__file__).parent / "xgboost"
ROUNDS = 4
CASES = {
    "regression": ("ubj", {"objective": "reg:squarederror", "eta": "0.5"}),
    "binary": ("json", {"objective": "binary:logistic", "max_depth": "2", "lambda": "2"}),
    "softprob": ("ubj", {"objective": "multi:softprob", "num_class": "3", "max_depth": "3"}),
    "softmax": ("ubj", {"objective": "multi:softmax", "num_class": "3", "max_depth": "2", "subsample": "0.5", "seed": "7"}),
    "dart": ("json", {"objective": "reg:squarederror", "booster": "dart", "rate_drop": "0.5", "max_depth": "2"}),
    "linear": ("ubj", {"objective": "reg:squarederror", "booster": "gblinear", "updater": "coord_descent"}),
}


def main():
    random = np.random.default_rng(1)
    values = np.round(random.normal(size=(60, 5)), 2).astype(np.float32)
    values[random.random(values.shape) < 0.15] = np.nan
    filled = np.nan_to_num(values)
    score = filled[:, 0] + 2 * filled[:, 1] * (filled[:, 2] > 0)
    labels = np.digitize(score, np.quantile(score, [1 / 3, 2 / 3])).astype(np.float32)
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / "rows.txt", "w") as file:
        for label, row in zip(labels, values):
            file.write(" ".join(str(number) for number in [label, *row]) + "\n")
    with open(FOLDER / "cases.txt", "w") as file:
        for name, (kind, parameters) in CASES.items():
            matrix = xgboost.DMatrix(values, label=(labels > 0) if name == "binary" else labels)
            booster = xgboost.train(parameters | {"nthread": 1}, matrix, ROUNDS)
            booster.save_model(FOLDER / f"{name}.{kind}")
            file.write(" ".join([name, f"{name}.{kind}", *(f"{n}={v}" for n, v in parameters.items())]) + "\n")
            file.write(" ".join(str(p) for p in booster.predict(matrix).ravel()) + "\n")


if __name__ == "__main__":
    main()
