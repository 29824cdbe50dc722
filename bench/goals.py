"""How a benchmark reports a goal: a line for people and, for bench/run.py, one of JSON."""
import argparse
import json
import os

_missed = []


def arguments(description):
    """The command line that all benchmarks share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and rows: shows that it runs, proves less")
    return parser.parse_args()


def check(goal, value, *, ours, peer="", at_least=None, at_most=None, unit=""):
    """Compares `value`, in the unit of the limit, with the limit; `ours` and `peer` are what it comes from, as text."""
    value = float(value)  # Of NumPy's types too.
    met = value >= at_least if at_least is not None else value <= at_most
    limit = f"{'>=' if at_least is not None else '<='} {at_most if at_least is None else at_least:g}{unit}"
    if not met:
        _missed.append(goal)
    print(f"{goal}: {ours}{' to ' + peer if peer else ''}: {value:.3f}{unit} (goal {limit}){'' if met else ' MISSED'}", flush=True)
    if "SAGESPARK_BENCH_RESULTS" in os.environ:
        with open(os.environ["SAGESPARK_BENCH_RESULTS"], "a") as results:
            results.write(json.dumps({"goal": goal, "limit": limit, "ours": ours, "peer": peer,
                                      "value": value, "unit": unit, "met": met}) + "\n")
    return met


def exit_status():
    """0, or 1 when a goal was missed."""
    return 1 if _missed else 0
