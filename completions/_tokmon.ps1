
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
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the JSON report')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
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
