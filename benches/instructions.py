#!/usr/bin/env python3
"""Counts the instructions of whole runs under callgrind and compares them with benches/instructions.json.

Fails if a run takes more than 3% above its budget. Budgets depend on the compiler, so they are kept for each version of it;
for any other compiler the counts are printed and nothing is compared. Needs a release build (cargo build --release) and valgrind.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUDGETS = ROOT / "benches/instructions.json"
TOLERANCE = 0.03
NOW = "2026-02-25T17:00:00Z"
FIXTURES = ROOT / "fixtures/logs"


def long_log(rows):
    """A log with this many daily rows of the month, 200 to a day and team by team, and usage lines that are not settled yet."""
    parts = ["# Cost Log v2.0\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 1,000 | $0.003 |\n"]
    parts.append("| **TOTAL MTD** | **1,000** | $0.003 |\n")
    for row in range(rows):
        if row % 1_000 == 0:
            parts.append(f"\n## Daily Detail — 2026-02-{row // 1_000 + 1:02}\n\n| Time | Team | Task | Tokens | Cost | Status |\n|---|---|---|---|---|---|\n")
        tokens = 1_200 + row * 7_919 % 50_000
        parts.append(f"| 10:10-10:17 | Team {'ABCDEFGH'[row % 8]} | Guidelines | {tokens:,} | ${tokens * 3 / 1_000_000:.3f} | ✅ |\n")
    for line in range(5):
        parts.append(f'[USE] 2026-02-24T10:0{line}:00Z team="Team A" tokens=1500 id=run-{line}\n')
    return "".join(parts)


# What Claude Code asks before each tool call.
TOOL_CALL = json.dumps({
    "session_id": "1",
    "transcript_path": "t.jsonl",
    "cwd": ".",
    "hook_event_name": "PreToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": "cargo test"},
})

# Each run: the text of the log, the arguments, the exit codes that are expected, and what is on standard input, if anything.
RUNS = {
    "help": (None, ["--help"], [0]),
    "status, sample": ("sample.md", [], [0]),
    "status, rotten": ("rotten.md", [], [0]),
    "statusline, rotten": ("rotten.md", ["statusline"], [0]),
    "guard, rotten": ("rotten.md", ["guard", "--team", "Team A", "--tokens", "6000"], [0, 10, 20]),
    "guard --hold, rotten": ("rotten.md", ["guard", "--tokens", "10", "--team", "Team X", "--hold", "10"], [0]),
    "hook, rotten": ("rotten.md", ["guard", "--hook", "claude", "--event", "PreToolUse"], [0], TOOL_CALL),
    "record, sample": ("sample.md", ["record", "--team", "Team A", "--tokens", "1200", "--task", "Smoke tests", "--id", "run-1"], [0]),
    "check --fix, 20,000 rows": (20_000, ["check", "--fix"], [0, 1]),
}


# The runs that an agent or a status bar waits for, and the run whose instructions they may exceed by a tenth.
WAITED_FOR = {
    "statusline, rotten": "status, rotten",
    "guard, rotten": "status, rotten",
    "guard --hold, rotten": "status, rotten",
    "hook, rotten": "status, rotten",
}
MOST = 1.1


def binary():
    """The release binary, wherever the settings of cargo put it."""
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--offline"]
    metadata = subprocess.run(metadata, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return pathlib.Path(json.loads(metadata)["target_directory"]) / "release/tokmon"


def count(tokmon, log, arguments, expected, given=""):
    """The instructions of one run in a folder of its own, with nothing in its environment that could differ."""
    with tempfile.TemporaryDirectory(prefix="tokmon-") as folder:
        folder = pathlib.Path(folder)
        if log is not None:
            text = long_log(log) if isinstance(log, int) else (FIXTURES / log).read_text(encoding="utf-8")
            (folder / "cost-log.md").write_text(text, encoding="utf-8")
            (folder / ".git").mkdir()
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "TOKMON_NOW": NOW}
        callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-file=callgrind.log"]
        run = subprocess.run([*callgrind, str(tokmon), "-q", *arguments], cwd=folder, env=environment, input=given, capture_output=True, text=True)
        if run.returncode not in expected:
            sys.exit(f"`tokmon {' '.join(arguments)}` ended with {run.returncode}:\n{run.stderr}")
        counted = re.search(r"Collected : (\d+)", (folder / "callgrind.log").read_text())
        return int(counted.group(1))


def compiler():
    """The version of the compiler, with its host: what the budgets are kept under."""
    lines = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
    host = next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))
    return f"{lines[0]} {host}"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--update", action="store_true", help="write the counts into benches/instructions.json")
    options = options.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    tokmon = binary()
    if not tokmon.exists():
        sys.exit("build it first: cargo build --release")
    key = compiler()
    all_budgets = json.loads(BUDGETS.read_text()) if BUDGETS.exists() else {}
    budgets = all_budgets.get(key)
    counts = {name: count(tokmon, *run) for name, run in RUNS.items()}
    if options.update:
        all_budgets[key] = counts
        BUDGETS.write_text(json.dumps(all_budgets, indent=2, sort_keys=True) + "\n")
        budgets = counts
    if budgets is None:
        print(f"benches/instructions.json has no budgets for {key}: nothing is compared")
    exceeded = False
    for name, counted in counts.items():
        line = f"{name:<26} {counted:>14,}"
        budget = (budgets or {}).get(name)
        if budget is not None:
            change = counted / budget - 1
            exceeded |= change > TOLERANCE
            line += f"   budget {budget:>14,}   {change:+.2%}" + ("   EXCEEDED" if change > TOLERANCE else "")
        print(line)
    for name, other in WAITED_FOR.items():
        share = counts[name] / counts[other]
        print(f"{name:<26} {share:>14.3f} of {other}")
        if share > MOST:
            sys.exit(f"{name} takes more than {MOST} times the instructions of {other}")
    if exceeded:
        sys.exit(f"more than {TOLERANCE:.0%} above the budget: make it cheaper, or say why and run benches/instructions.py --update")


if __name__ == "__main__":
    main()
