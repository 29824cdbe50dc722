#!/usr/bin/env python3
"""Checks which shared libraries a program needs.

usage: check_needed.py PROGRAM only|never NAME...
`only`: it needs no library whose name begins otherwise (the sanitizers' aside); `never`: none that contains a NAME.
"""
import re
import subprocess
import sys

SANITIZERS = ("libasan", "libubsan", "libclang_rt")


def needed(program):
    text = subprocess.run(["readelf", "-d", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def main(program, rule, *names):
    libraries = needed(program)
    if not libraries:
        sys.exit(f"{program} needs no shared library at all: is it a program?")
    if rule == "only":
        wrong = [library for library in libraries if not library.startswith(names + SANITIZERS)]
    else:
        wrong = [library for library in libraries if any(name in library for name in names)]
    if wrong:
        sys.exit(f"{program} must not need {', '.join(wrong)}")


main(*sys.argv[1:])
