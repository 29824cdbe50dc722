#!/usr/bin/env python3
"""Checks every #include under src/sagespark against the tables of docs/architecture.md.

Prints one line an include that breaks a rule, and exits with 1 when there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sagespark"
OWN_INCLUDE = re.compile(r'^\s*#\s*include\s+"sagespark/([^"]+)"', re.M)
OTHER_INCLUDE = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.M)


def table_after(text, heading):
    """The rows of the first table after `heading`, as lists of cells, without its head."""
    rows = []
    for line in text[text.index(heading):].splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def names(cell):
    return [] if cell == "-" else [name.strip() for name in cell.split(",")]


def read_rules(text):
    allowed = {row[0]: names(row[2]) for row in table_after(text, "## Layers")}
    owners = {row[0]: names(row[2]) for row in table_after(text, "## Third-party")}
    return allowed, owners


def layer_of(path, layers):
    """The longest layer name that is a prefix of `path` (relative to src/sagespark)."""
    parts = pathlib.PurePosixPath(path).parts[:-1]
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if name in layers:
            return name
    return None


def is_allowed(layer, included, allowed):
    return included == layer or any(
        included == name or (name.endswith("/*") and included.startswith(name[:-1])) for name in allowed[layer])


def is_exempt(path):
    return path.name.endswith("_test.cc") or "testing" in path.parts


def check_file(path, text, allowed, owners):
    """The rules that the file breaks, as messages."""
    layer = layer_of(path.as_posix(), allowed)
    if layer is None:
        return [f"{path}: its folder is no row of the layer table"]
    broken = []
    for include in OWN_INCLUDE.findall(text):
        included = layer_of(include, allowed)
        if included is None or not is_allowed(layer, included, allowed):
            broken.append(f"{path}: {layer} may not include {include}")
    for include in OTHER_INCLUDE.findall(text):
        for prefix, folders in owners.items():
            if include.startswith(prefix) and layer not in folders:
                broken.append(f"{path}: <{include}> belongs to {', '.join(folders)}")
    return broken


def main():
    allowed, owners = read_rules((ROOT / "docs" / "architecture.md").read_text())
    files = [path for path in sorted(SOURCE.rglob("*")) if path.suffix in (".h", ".cc")]
    broken = []
    for path in files:
        relative = path.relative_to(SOURCE)
        if not is_exempt(relative):
            broken += check_file(relative, path.read_text(), allowed, owners)
    print("\n".join(broken) if broken else f"{len(files)} files keep the layers of docs/architecture.md")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
