#!/usr/bin/env python3
"""Times whole processes side by side, in turn and in random order, and compares tokmon with the shell line that it replaces.

Needs a release build (cargo build --release), rustc, bash, grep and awk; /usr/bin/time for memory. Compare ratios within one run,
never single times.
"""

import argparse
import datetime
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKMON = ROOT / "target" / "release" / "tokmon"
SAMPLE, ROTTEN = ROOT / "fixtures/logs/sample.md", ROOT / "fixtures/logs/rotten.md"


def daily_rows(path, rows):
    """Writes a log with this many daily rows of about 75 bytes, 400 to a day, over three years."""
    draw = random.Random(42)
    date = datetime.date(2024, 1, 1)
    with open(path, "w", encoding="utf-8") as log:
        log.write("# Cost Log v2.0\n\n## 2026-12 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team A | 1,000 |\n")
        for row in range(rows):
            if row % 400 == 0:
                log.write(f"\n## Daily Detail — {date}\n\n| Time | Team | Task | Tokens | Cost | Status | Notes |\n")
                log.write("|---|---|---|---|---|---|---|\n")
                date += datetime.timedelta(days=1)
                if date.year == 2027:
                    date = datetime.date(2024, 1, 1)
            tokens, team = draw.randint(1_200, 980_000), draw.choice("ABCDEFGH")
            log.write(f"| 10:10-10:17 | Team {team} | Guidelines | {tokens:,} | ${tokens * 3e-6:.3f} | ✅ | see `#412` |\n")


def hello(folder):
    """Builds a program that prints hello, with the options of tokmon."""
    source = folder / "hello.rs"
    source.write_text('fn main() { println!("hello, world"); }\n')
    options = ["-C", "opt-level=3", "-C", "lto=fat", "-C", "codegen-units=1", "-C", "strip=symbols"]
    subprocess.run(["rustc", "--edition", "2024", *options, "-o", folder / "hello", source], check=True)
    return [str(folder / "hello")]


def wall(command, sink):
    """Runs a command and returns milliseconds. The output goes to a file, because grep stops early if it goes to /dev/null."""
    files = [(os.POSIX_SPAWN_DUP2, sink, 1), (os.POSIX_SPAWN_DUP2, sink, 2)]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    os.waitpid(pid, 0)
    return (time.perf_counter() - start) * 1_000


def median(values):
    return sorted(values)[len(values) // 2]


def in_turn(commands, rounds):
    times = {name: [] for name in commands}
    with tempfile.TemporaryFile() as sink:
        for number in range(rounds + 2):
            for name in random.sample(list(commands), len(commands)):
                taken = wall(commands[name], sink.fileno())
                if number >= 2:
                    times[name].append(taken)
            sink.truncate(0)
    return times


def peak(command):
    """Returns the peak memory of a run in KiB, or None without /usr/bin/time."""
    if not shutil.which("/usr/bin/time"):
        return None
    run = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, check=True)
    return int(run.stderr.split()[-1])


def report(name, value, goal, good=None):
    verdict = "" if goal is None else f"   goal {goal}: {'met' if good else 'MISSED'}"
    print(f"  {name:<52} {value}{verdict}")
    return good is not False


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=150, help="counted runs of each short command")
    options.add_argument("--rows", type=int, default=1_000_000, help="daily rows of the long log")
    options = options.parse_args()
    if not TOKMON.exists():
        sys.exit("build it first: cargo build --release")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        long, tenth = folder / "long.md", folder / "tenth.md"
        daily_rows(long, options.rows)
        daily_rows(tenth, options.rows // 10)
        old = folder / "old.sh"
        old.write_text("#!/bin/bash\ngrep \"TOTAL MTD\" \"$1\" | awk '{print $NF}'\n")
        old.chmod(0o755)
        tokmon = [str(TOKMON), "--now", "2026-02-25T17:00:00Z", "-q", "-f"]
        times = in_turn(
            {
                "hello": hello(folder),
                "help": [str(TOKMON), "--help"],
                "sample": [*tokmon, str(SAMPLE)],
                "rotten": [*tokmon, str(ROTTEN)],
                "old sample": [str(old), str(SAMPLE)],
                "old rotten": [str(old), str(ROTTEN)],
                "grep rotten": ["grep", "-c", "|", str(ROTTEN)],
            },
            options.rounds,
        )
        print(f"wall times of {options.rounds} runs in turn, milliseconds")
        for name, values in times.items():
            print(f"  {name:<12} min {min(values):6.2f}   median {median(values):6.2f}")
        print("ratios of the medians")
        met = True
        for name, against, goal in [
            ("help", "hello", 1.5),
            ("sample", "hello", 2.0),
            ("sample", "old sample", 0.6),
            ("rotten", "old rotten", 0.9),
            ("rotten", "grep rotten", 2.0),
        ]:
            ratio = median(times[name]) / median(times[against])
            met &= report(f"{name} / {against}", f"{ratio:.2f}", f"at most {goal}", ratio <= goal)
        print(f"{options.rows:,} daily rows, {long.stat().st_size / 1e6:.0f} MB")
        big = in_turn({"long": [*tokmon, str(long)], "tenth": [*tokmon, str(tenth)], "wc": ["wc", "-l", str(long)]}, 5)
        report("wall time in seconds", f"{median(big['long']) / 1_000:.2f}", None)
        report("against wc -l", f"{median(big['long']) / median(big['wc']):.0f}", None)
        growth = median(big["long"]) / median(big["tenth"])
        met &= report("time for ten times the rows", f"{growth:.1f}", "at most 11", growth <= 11)
        memory = peak([*tokmon, str(long)])
        if memory is None:
            print("  no /usr/bin/time here: memory is not measured")
        else:
            met &= report("peak memory in MiB", f"{memory / 1024:.1f}", "at most 32", memory <= 32 * 1024)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
