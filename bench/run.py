#!/usr/bin/env python3
"""Runs every benchmark, each in a process of its own, one after the other, and prints one table of goals.

`make bench` builds what they need and calls this; status 1 when a goal was missed or a benchmark failed. Also writes
build/bench.json. Names (of files in bench/, without .py) run only those. With --record, what was measured replaces the
same benchmarks' entries in bench/results.json, whence the README's table is made anew.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
BENCHMARKS = ["record_encode", "libsvm_read", "kmeans_quality", "kmeans_speed", "kmeans_container", "factorization_machines", "lda", "linear_learner", "pca", "xgboost_training", "s3_store", "spine_memory", "transform_in_flight", "invocations", "demo_time"]
RECORDED = BENCH / "results.json"
README = BENCH.parent / "README.md"
TABLE = ("<!-- Made by bench/run.py --record -->\n", "<!-- End of the table -->\n")
BUSY_WARNING = 0.1  # Part of the processors that others take, at which times are worth little.


def processors_busy(seconds=1.0):
    """Part of all processors' time that was used during the next `seconds`, 0 to 1."""
    def used_and_all():
        fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(fields) - fields[3] - fields[4], sum(fields)

    used, total = used_and_all()
    time.sleep(seconds)
    used_later, total_later = used_and_all()
    return (used_later - used) / max(1, total_later - total)


def run(name, quick, results):
    """Runs one benchmark; returns the goals that it reported and whether it did not fail otherwise."""
    busy = processors_busy()
    load = os.getloadavg()[0]
    print(f"\n== {name} (load average {load:.1f}, processors {busy:.0%} busy with other work)", flush=True)
    if busy > BUSY_WARNING:
        print("!! This machine is not quiet: times below are worth little.", flush=True)
    results.write_text("")
    started = time.monotonic()
    status = subprocess.run([sys.executable, BENCH / f"{name}.py"] + (["--quick"] if quick else []),
                            env={**os.environ, "SAGESPARK_BENCH_RESULTS": str(results)}).returncode
    goals = [json.loads(line) for line in results.read_text().splitlines()]
    around = {"benchmark": name, "load_average": round(load, 2), "busy_before": round(busy, 3),
              "seconds": round(time.monotonic() - started, 1)}
    missed = any(not goal["met"] for goal in goals)
    return [goal | around for goal in goals], goals and (status == 0 or missed)


def table(goals):
    """The goals as a Markdown table that reads well as it stands."""
    rows = [("goal", "limit", "ours", "peer or limit", "ratio", "met")]
    rows += [(goal["goal"], goal["limit"], goal["ours"], goal["peer"], f"{goal['value']:.3f}{goal['unit']}",
              "yes" if goal["met"] else "NO") for goal in goals]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "".join("| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |\n" for row in rows)


def recorded_goals():
    """What is in bench/results.json, in the order of BENCHMARKS."""
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    return [goal for name in BENCHMARKS for goal in recorded.get(name, [])]


def with_table(readme):
    """The README's text with the table of what is recorded."""
    before, _, rest = readme.partition(TABLE[0])
    _, _, after = rest.partition(TABLE[1])
    return before + TABLE[0] + "\n" + table(recorded_goals()) + "\n" + TABLE[1] + after


def record(goals):
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    date = datetime.date.today().isoformat()
    for name in {goal["benchmark"] for goal in goals}:
        recorded[name] = [goal | {"date": date} for goal in goals if goal["benchmark"] == name]
    RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
    README.write_text(with_table(README.read_text()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and rows: shows that all run, proves less")
    parser.add_argument("--record", action="store_true", help="put what is measured into bench/results.json and the README")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    if options.quick and options.record:
        parser.error("a quick run proves too little to be recorded")
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    goals, failed = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or BENCHMARKS:
            reported, sound = run(name, options.quick, pathlib.Path(folder) / "results")
            goals += reported
            if not sound:
                failed.append(name)
    print("\n" + table(goals), end="")
    for name in failed:
        print(f"!! {name} failed")
    (BENCH.parent / "build").mkdir(exist_ok=True)
    (BENCH.parent / "build/bench.json").write_text(json.dumps(
        {"time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "quick": options.quick,
         "processors": os.cpu_count(), "goals": goals, "failed": failed}, indent=1) + "\n")
    if options.record:
        record(goals)
    return 0 if not failed and all(goal["met"] for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
