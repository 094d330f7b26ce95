#!/usr/bin/env python3
"""Checks the dashboard with Grafana's own types, for those who change it: what they do not know, Grafana ignores.

To use the dashboard, import tokmon.json in Grafana. Needs the package grafana-foundation-sdk. Without arguments, checks; with --queries, prints the queries of all panels, one a line.
"""

import json
import pathlib
import sys

DASHBOARD = pathlib.Path(__file__).with_name("tokmon.json")


def lost(before, after, path="dashboard"):
    """What of a document is not in what the types made of it."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key not in after:
                # A null that is left out is the same.
                if value is not None:
                    yield f"{path}.{key} is not known"
            else:
                yield from lost(value, after[key], f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{path} has {len(after)} entries in place of {len(before)}"
        for at, (one, other) in enumerate(zip(before, after)):
            yield from lost(one, other, f"{path}[{at}]")
    elif before != after:
        yield f"{path} is {after!r} in place of {before!r}"


def check(document):
    """Reads the dashboard by its types, and compares what they write."""
    try:
        from grafana_foundation_sdk.cog.encoder import JSONEncoder
    except ModuleNotFoundError:
        sys.exit("check.py needs a package: python3 -m venv venv && venv/bin/pip install grafana-foundation-sdk")
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    dashboard = Dashboard.from_json(document)
    return list(lost(document, json.loads(JSONEncoder().encode(dashboard))))


def main():
    document = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    if "--queries" in sys.argv[1:]:
        for panel in document["panels"]:
            for target in panel["targets"]:
                print(target["expr"])
        return 0
    problems = check(document)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
