
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'tokmon' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'tokmon'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'tokmon' {
            [CompletionResult]::new('--month', '--month', [CompletionResultType]::ParameterName, 'Limit the report to a month, like 2026-02 [default: the newest with rows]')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Limit the report to a project of the month')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'List only this team; the totals stay those of all teams')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Exit with 1 if the level of what is used is at least this')
            [CompletionResult]::new('--fail-on-forecast', '--fail-on-forecast', [CompletionResultType]::ParameterName, 'Exit with 1 if the level of the forecast is at least this')
            [CompletionResult]::new('--poll', '--poll', [CompletionResultType]::ParameterName, 'Look at the files once in so many seconds, where the system does not tell of changes')
            [CompletionResult]::new('--theme', '--theme', [CompletionResultType]::ParameterName, 'The colours of the dashboard')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--teams', '--teams', [CompletionResultType]::ParameterName, 'Show every team: used, allocated, tokens per deliverable')
            [CompletionResult]::new('--daily', '--daily', [CompletionResultType]::ParameterName, 'Show every day, row by row')
            [CompletionResult]::new('--forecast', '--forecast', [CompletionResultType]::ParameterName, 'Show where it will end: how much, how surely, when thresholds are crossed, why')
            [CompletionResult]::new('--backtest', '--backtest', [CompletionResultType]::ParameterName, 'Show how such forecasts did on the finished months of the log')
            [CompletionResult]::new('--optimizations', '--optimizations', [CompletionResultType]::ParameterName, 'Show tokens per operation before and after')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Show all views but the backtest')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Follow the log in a dashboard, opened at --teams, --daily or --forecast; where the output is no terminal, as --follow does')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow the log with a line for each change')
            [CompletionResult]::new('--bell', '--bell', [CompletionResultType]::ParameterName, 'Ring the bell when a threshold is crossed; the key b turns it on and off')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Record spending: one line appended at once, then settled into the tables')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the log: exit 1 with errors or warnings, notes alone are fine; --fix mends')
            [CompletionResult]::new('archive', 'archive', [CompletionResultType]::ParameterValue, 'Move old daily details and hook lines to the archive; made for cron')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Bring a log from before v2.0 up to date')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Begin a log and its settings')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the JSON report, or of that of check')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            break
        }
        'tokmon;record' {
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'Who spent it')
            [CompletionResult]::new('--tokens', '--tokens', [CompletionResultType]::ParameterName, 'How many tokens, like 12450 or 12.5K')
            [CompletionResult]::new('--input-tokens', '--input-tokens', [CompletionResultType]::ParameterName, 'How many of them the model read; this and the next three count against no budget')
            [CompletionResult]::new('--output-tokens', '--output-tokens', [CompletionResultType]::ParameterName, 'How many of them the model wrote')
            [CompletionResult]::new('--cache-write-tokens', '--cache-write-tokens', [CompletionResultType]::ParameterName, 'How many tokens were written into a cache')
            [CompletionResult]::new('--cache-read-tokens', '--cache-read-tokens', [CompletionResultType]::ParameterName, 'How many tokens were read from a cache')
            [CompletionResult]::new('--task', '--task', [CompletionResultType]::ParameterName, 'What for')
            [CompletionResult]::new('--cost', '--cost', [CompletionResultType]::ParameterName, 'What it cost, like 0.037 or $0.037 [default: by the price of the model or the log]')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'How far the work is: done, running, pending or failed')
            [CompletionResult]::new('--deliverables', '--deliverables', [CompletionResultType]::ParameterName, 'How many deliverables came of it')
            [CompletionResult]::new('--minutes', '--minutes', [CompletionResultType]::ParameterName, 'How many minutes it took')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'Which model spent it')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'When it was spent, like 2026-02-25T10:18:00+09:00 [default: now]')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The id that makes a second attempt harmless [default: a random one]')
            [CompletionResult]::new('--hold', '--hold', [CompletionResultType]::ParameterName, 'The id of the hold that this spending ends')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Record many, all or none: JSON lines or usage lines, from a file or from standard input (-)')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show what would be written, and write nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be written, and write nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;check' {
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Explain a code like TM013 or total-differs, and nothing else')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so long for others to close the log, like 500ms, 2s or 1m')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Mend what can be mended without losing anything: derived figures, usage lines and sessions not in the tables, hook lines in tables')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'With --fix: show the changes as a unified diff, and write nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With --fix: show the changes as a unified diff, and write nothing')
            [CompletionResult]::new('--quiesced', '--quiesced', [CompletionResultType]::ParameterName, 'Nobody else writes the log now: rewrite it even where the system cannot keep others out')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;archive' {
            [CompletionResult]::new('--keep-days', '--keep-days', [CompletionResultType]::ParameterName, 'Days of daily details to keep [default: tokmon.toml, else the log''s retention policy, else 30]')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Move daily details from before this day')
            [CompletionResult]::new('--prune-archives', '--prune-archives', [CompletionResultType]::ParameterName, 'Delete the archives of months older than so many months, after listing them')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so long for others to close the log, like 500ms, 2s or 1m')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--hooks-only', '--hooks-only', [CompletionResultType]::ParameterName, 'Move hook lines only, no daily details')
            [CompletionResult]::new('--compact', '--compact', [CompletionResultType]::ParameterName, 'Merge the rows of one team and task of a day into one, with their count and hours in its notes')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show what would move, and write nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would move, and write nothing')
            [CompletionResult]::new('--quiesced', '--quiesced', [CompletionResultType]::ParameterName, 'Nobody else writes the log now: rewrite it even where the system cannot keep others out')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;migrate' {
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so long for others to close the log, like 500ms, 2s or 1m')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print the new log, and write nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the new log, and write nothing')
            [CompletionResult]::new('--quiesced', '--quiesced', [CompletionResultType]::ParameterName, 'Nobody else writes the log now: rewrite it even where the system cannot keep others out')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;init' {
            [CompletionResult]::new('--teams', '--teams', [CompletionResultType]::ParameterName, 'The teams, with commas between them; a budget of its own behind a colon, like QA:22K [default: Orchestrator]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show what would be written, and write nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be written, and write nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;schema' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'tokmon;completions' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'The cost log; `-` reads standard input [env: TOKMON_FILE]')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'The month''s budget in tokens, like 200K [env: TOKMON_BUDGET]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'The same as --format json')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw bars and symbols in ASCII')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no remarks about the log on standard error')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show each problem in the log with its line, on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
