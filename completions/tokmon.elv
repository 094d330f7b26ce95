
use builtin;
use str;

set edit:completion:arg-completer[tokmon] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'tokmon'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'tokmon'= {
            cand --month 'Limit the report to a month, like 2026-02 [default: the newest with rows]'
            cand --project 'Limit the report to a project of the month'
            cand --team 'List only this team; the totals stay those of all teams'
            cand --fail-on 'Exit with 1 if the level of what is used is at least this'
            cand --fail-on-forecast 'Exit with 1 if the level of the forecast is at least this'
            cand --poll 'Look at the files once in so many seconds, where the system does not tell of changes'
            cand --theme 'The colours of the dashboard'
            cand -f 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --file 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --budget 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]'
            cand --config 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]'
            cand --now 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]'
            cand --timezone 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]'
            cand --format 'The form of the report'
            cand --color 'When to use colour'
            cand --teams 'Show every team: used, allocated, tokens per deliverable'
            cand --daily 'Show every day, row by row'
            cand --forecast 'Show where it will end: how much, how surely, when thresholds are crossed, why'
            cand --backtest 'Show how such forecasts did on the finished months of the log'
            cand --optimizations 'Show tokens per operation before and after'
            cand --full 'Show all views but the backtest'
            cand --watch 'Follow the log in a dashboard, opened at --teams, --daily or --forecast; where the output is no terminal, as --follow does'
            cand --follow 'Follow the log with a line for each change'
            cand --bell 'Ring the bell when a threshold is crossed; the key b turns it on and off'
            cand --json 'The same as --format json'
            cand --ascii 'Draw bars and symbols in ASCII'
            cand -q 'Print no remarks about the log on standard error'
            cand --quiet 'Print no remarks about the log on standard error'
            cand -v 'Show each problem in the log with its line, on standard error'
            cand --verbose 'Show each problem in the log with its line, on standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand schema 'Print the JSON Schema of the JSON report'
            cand completions 'Print a completion script for a shell'
        }
        &'tokmon;schema'= {
            cand -f 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --file 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --budget 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]'
            cand --config 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]'
            cand --now 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]'
            cand --timezone 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]'
            cand --format 'The form of the report'
            cand --color 'When to use colour'
            cand --json 'The same as --format json'
            cand --ascii 'Draw bars and symbols in ASCII'
            cand -q 'Print no remarks about the log on standard error'
            cand --quiet 'Print no remarks about the log on standard error'
            cand -v 'Show each problem in the log with its line, on standard error'
            cand --verbose 'Show each problem in the log with its line, on standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'tokmon;completions'= {
            cand -f 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --file 'The cost log; `-` reads standard input [env: TOKMON_FILE]'
            cand --budget 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]'
            cand --config 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]'
            cand --now 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]'
            cand --timezone 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]'
            cand --format 'The form of the report'
            cand --color 'When to use colour'
            cand --json 'The same as --format json'
            cand --ascii 'Draw bars and symbols in ASCII'
            cand -q 'Print no remarks about the log on standard error'
            cand --quiet 'Print no remarks about the log on standard error'
            cand -v 'Show each problem in the log with its line, on standard error'
            cand --verbose 'Show each problem in the log with its line, on standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
    ]
    $completions[$command]
}
