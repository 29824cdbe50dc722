"""A plugin of pytest that leaves out what s3_tests.json leaves out, and reports it to the file that CONFORMANCE_LEFT_OUT names."""
import functools
import json
import os
import pathlib

import scope


@functools.cache
def scope_of(file):
    """Of a file of tests: with the helpers beside it, but not the other files of tests."""
    helpers = [path for path in sorted(file.parent.glob("*.py")) if not path.name.startswith("test_")]
    return scope.Scope([*helpers, file])


def pytest_collection_modifyitems(config, items):
    left_out, kept = {}, []
    for item in items:
        rule = scope_of(pathlib.Path(item.fspath))
        reasons = rule.reasons(item.originalname, {mark.name for mark in item.iter_markers()})
        if reasons:
            left_out[item.name] = [rule.reason_text(*reason) for reason in reasons]
        else:
            kept.append(item)
    pathlib.Path(os.environ["CONFORMANCE_LEFT_OUT"]).write_text(json.dumps(left_out))
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
