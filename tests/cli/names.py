"""Reads the names of teams back from what tokmon wrote, with readers that know nothing of tokmon.

names.py FORM NAMES < OUTPUT, or for alert: names.py alert NAMES FOLDER. NAMES is a JSON object: the tokens that each team used, and
its name. Says what is wrong, and fails.
"""

import csv
import html
import io
import json
import pathlib
import re
import sys
import unicodedata

HIDDEN = re.compile(
    "[\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def is_unsafe(c):
    """Drives a terminal, hides, or turns the direction of text."""
    return unicodedata.category(c) == "Cc" or bool(HIDDEN.match(c))


def shown(name):
    """A name as README.md says that it is shown."""
    return "".join(f"\\u{{{ord(c):x}}}" if is_unsafe(c) else c for c in name)


def check_raw(text, allowed="\n"):
    for number, line in enumerate(text.split("\n"), 1):
        for c in line:
            assert c in allowed or not is_unsafe(c), f"line {number} has U+{ord(c):04X}: {line[:80]!r}"


def read_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    head = rows[0]
    name, used = head.index("team"), head.index("used_tokens")
    for row in rows[1:]:
        for cell in row:
            is_number = re.fullmatch(r"-?[0-9.]+", cell)
            assert is_number or cell[:1] not in tuple("=+-@\t\r＝＋－＠"), f"a formula: {cell!r}"
        cell = row[name]
        has_prefix = re.match(r"'+\s*[=+\-@＝＋－＠]", cell)
        yield row[used], cell[1:] if has_prefix else cell


def read_markdown(text):
    """The cells of the rows of a table, where nothing but text may be in them."""
    for line in text.split("\n"):
        if not line.startswith("| ") or re.fullmatch(r"(\| ---:? )+\|", line):
            continue
        cells, cell, at = [], "", 1
        while at < len(line):
            c = line[at]
            if c == "\\":
                at += 1
                assert line[at] in "\\`*_[]~|", f"no escape: {line[:80]!r}"
                cell += line[at]
            elif c == "|":
                cells.append(cell.strip())
                cell = ""
            elif c == "&":
                end = line.index(";", at) + 1
                cell += html.unescape(line[at:end])
                at = end - 1
            else:
                assert c not in "`*_[]<~", f"markup: {line[:80]!r}"
                cell += c
            at += 1
        yield cells[1].replace(",", ""), cells[0]


def read_prometheus(text):
    sample = re.compile(r'tokmon_team_used_tokens\{team="((?:[^"\\]|\\.)*)"\} (\d+)$')
    lines = text.split("\n")
    series = [line.rsplit(" ", 1)[0] for line in lines if line and not line.startswith("#")]
    assert len(series) == len(set(series)), [one for one in set(series) if series.count(one) > 1][:3]
    for line in lines:
        if found := sample.match(line):
            escapes = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
            yield found[2], re.sub(r"\\.", lambda escape: escapes[escape[0]], found[1])


def read_json(text):
    for team in json.loads(text)["teams"]:
        yield str(team.get("used_tokens")), team["name"]


def check_alert(names, folder):
    files = sorted(path.name for path in folder.iterdir())
    wanted = sorted(f"{tokens}.{kind}" for tokens in names for kind in ("env", "json"))
    assert files == wanted, sorted(set(files) ^ set(wanted))
    for tokens, name in names.items():
        text = (folder / f"{tokens}.json").read_text(encoding="utf-8")
        check_raw(text)
        notice = json.loads(text)
        assert notice["team"] == name, (name, notice["team"])
        assert notice["message"].startswith(name), notice["message"]
        pairs = (folder / f"{tokens}.env").read_bytes().decode("utf-8").split("\0")
        env = dict(pair.split("=", 1) for pair in pairs if pair.startswith("TOKMON_ALERT_"))
        for value in env.values():
            check_raw(value, allowed="")
        short = shown(name if len(name) <= 100 else name[:100] + "…")
        assert env["TOKMON_ALERT_TEAM"] == short, (short, env["TOKMON_ALERT_TEAM"])
        assert env["TOKMON_ALERT_MESSAGE"].startswith(short + " "), env["TOKMON_ALERT_MESSAGE"]
        assert int(env["TOKMON_ALERT_USED"]) == int(tokens)


def main():
    form, names = sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    if form == "alert":
        return check_alert(names, pathlib.Path(sys.argv[3]))
    text = sys.stdin.buffer.read().decode("utf-8")
    check_raw(text)
    if form == "text":
        return None
    readers = {"csv": read_csv, "markdown": read_markdown, "prometheus": read_prometheus, "json": read_json}
    read = dict(readers[form](text))
    for tokens, name in names.items():
        wanted = name if form == "json" else shown(name)
        assert read.get(tokens) == wanted, f"{tokens}: {wanted!r}, not {read.get(tokens)!r}"
    return None


try:
    main()
except AssertionError as wrong:
    sys.exit(f"{sys.argv[1]}: {wrong}")
