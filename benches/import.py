#!/usr/bin/env python3
"""Imports a generated history with tokmon and with ccusage in one run, and prints CPU seconds, memory, and whether the sums are exact.

CPU seconds are those of user and system together, the least and the median of some runs: what else the machine does makes them more,
never less, so that the least is what is compared with the limit.

Needs a release build (cargo build --release), cargo for the generator, and npm for ccusage, which is installed into a temporary folder.
Compare the programs within one run, never with numbers of another machine.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from instructions import binary

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Later versions have no binary for Linux.
CCUSAGE = "ccusage@20.0.24"
# What tokmon may take for 300 MB of transcripts.
CPU_SECONDS, MEBIBYTES = 0.5, 24
CLASSES = ["input", "output", "cache_write_5m", "cache_write_1h", "cache_read"]
# The names of ccusage. It adds up both kinds of cache writes.
CCUSAGE_CLASSES = {"inputTokens": ["input"], "outputTokens": ["output"], "cacheCreationTokens": ["cache_write_5m", "cache_write_1h"], "cacheReadTokens": ["cache_read"]}


def generate(folder, megabytes, seed):
    """Writes the history into a folder, and returns its sums."""
    command = ["cargo", "run", "--quiet", "--release", "--example", "transcripts", "--", str(folder), "--megabytes", str(megabytes), "--seed", str(seed)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def ccusage(folder):
    """Installs ccusage, and returns the path of its program. None where that fails."""
    installed = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), CCUSAGE], check=False)
    program = folder / "node_modules/.bin/ccusage"
    return program if installed.returncode == 0 and program.exists() else None


def measured(command, environment, folder, runs):
    """Runs a command several times, and returns its last output, its CPU seconds in order, and its largest memory in MiB."""
    seconds, memory = [], 0
    for _ in range(runs):
        with tempfile.TemporaryFile(dir=folder) as out:
            child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment, cwd=folder)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            output = out.read()
        seconds.append(used.ru_utime + used.ru_stime)
        memory = max(memory, used.ru_maxrss / 1024)
    return output, sorted(seconds), memory


def totals(output):
    """The totals of a report in JSON. Empty where it is none."""
    try:
        return json.loads(output)["totals"]
    except (ValueError, KeyError):
        return {}


def row(name, run, wrong):
    _, seconds, memory = run
    verdict = "exact" if not wrong else "wrong: " + ", ".join(wrong)
    print(f"{name:<16} {seconds[0]:>7.2f} s {statistics.median(seconds):>7.2f} s {memory:>8.1f} MiB  {verdict}", flush=True)


def tokmon_row(source, truth, environment, folder, runs):
    """Prints the row of tokmon, and returns whether it is as it should be."""
    command = [str(binary()), "import", source, "--dry-run", "--since", "2026-10-01", "--format", "json"]
    run = measured(command, environment, folder, runs)
    found = totals(run[0])
    wrong = [name for name in CLASSES if found.get(name) != truth[name]]
    row(f"tokmon {source}", run, wrong)
    return not wrong and run[1][0] <= CPU_SECONDS and run[2] <= MEBIBYTES


def ccusage_row(program, truth, environment, folder, runs):
    run = measured([str(program), "daily", "--json", "--offline"], environment, folder, runs)
    found = totals(run[0])
    wrong = [name for name, classes in CCUSAGE_CLASSES.items() if found.get(name) != sum(truth[part] for part in classes)]
    row("ccusage claude", run, wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        home, empty = scratch / "home", scratch / "empty"
        empty.mkdir()
        truth = generate(home, options.megabytes, options.seed)
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC"}
        print(f"{'':<16} {'least':>7}   {'median':>7}   {'memory':>8}")
        are_right = [tokmon_row(source, truth[source], environment, empty, options.runs) for source in ["claude", "codex"]]
        program = ccusage(scratch / "npm")
        if program:
            only_claude = {**environment, "CLAUDE_CONFIG_DIR": str(home / ".claude"), "CODEX_HOME": str(empty)}
            ccusage_row(program, truth["claude"], only_claude, empty, options.runs)
        else:
            print(f"{CCUSAGE} could not be installed")
    return 0 if all(are_right) else 1


if __name__ == "__main__":
    sys.exit(main())
