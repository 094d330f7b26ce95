# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_tokmon_global_optspecs
    string join \n teams daily forecast backtest optimizations full month= project= team= fail-on= fail-on-reserved= fail-on-forecast= max-age= watch follow poll= bell theme= f/file= budget= config= now= timezone= format= json o/output= color= ascii q/quiet v/verbose h/help V/version
end

function __fish_tokmon_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_tokmon_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_tokmon_using_subcommand
    set -l cmd (__fish_tokmon_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c tokmon -n "__fish_tokmon_needs_command" -l month -d 'Limit the report to a month, like 2026-02 [default: the newest with rows, or the current one for --fail-on and --max-age]' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l project -d 'Limit the report to a project of the month' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l team -d 'List only this team, and judge it by its own limit; totals still include all teams' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l fail-on -d 'Exit with 1 if the level of what is used is at least this' -r -f -a "note\t''
warning\t''
critical\t''
exceeded\t''"
complete -c tokmon -n "__fish_tokmon_needs_command" -l fail-on-reserved -d 'Exit with 1 if the level of what is used and held is at least this' -r -f -a "note\t''
warning\t''
critical\t''
exceeded\t''"
complete -c tokmon -n "__fish_tokmon_needs_command" -l fail-on-forecast -d 'Exit with 1 if the level of the forecast is at least this' -r -f -a "warning\t''
critical\t''"
complete -c tokmon -n "__fish_tokmon_needs_command" -l max-age -d 'Exit with 1 if the last row is older, like 2d or 36h; a bare number is in days' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l poll -d 'Poll the files, like 5s, where the file system sends no change events' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l theme -d 'The colours of the dashboard' -r -f -a "auto\t'Those of the terminal'
mono\t'None: bold and reverse video only'
cvd\t'Safe for colour-blind users, on terminals with 256 colours or more'"
complete -c tokmon -n "__fish_tokmon_needs_command" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_needs_command" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_needs_command" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_needs_command" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
csv\t'Comma-separated values'
markdown\t'Markdown tables'"
complete -c tokmon -n "__fish_tokmon_needs_command" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_needs_command" -l teams -d 'Show each team: used, allocated, tokens per deliverable'
complete -c tokmon -n "__fish_tokmon_needs_command" -l daily -d 'Show each day, row by row'
complete -c tokmon -n "__fish_tokmon_needs_command" -l forecast -d 'Show the forecast: likely total, range, chance of exceeding the budget, and why'
complete -c tokmon -n "__fish_tokmon_needs_command" -l backtest -d 'Show how past forecasts compare with the finished months of the log'
complete -c tokmon -n "__fish_tokmon_needs_command" -l optimizations -d 'Show tokens per operation before and after'
complete -c tokmon -n "__fish_tokmon_needs_command" -l full -d 'Show all views but the backtest'
complete -c tokmon -n "__fish_tokmon_needs_command" -l watch -d 'Follow the log in a dashboard, opened at --teams, --daily or --forecast; like --follow if the output is not a terminal'
complete -c tokmon -n "__fish_tokmon_needs_command" -l follow -d 'Follow the log, printing a line for each change'
complete -c tokmon -n "__fish_tokmon_needs_command" -l bell -d 'Ring the bell when a threshold is crossed; the key b turns it on and off'
complete -c tokmon -n "__fish_tokmon_needs_command" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_needs_command" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_needs_command" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_needs_command" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_needs_command" -s V -l version -d 'Print version'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "record" -d 'Record spending: append one line, then settle it into the tables'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "check" -d 'Check the log, and fix it with --fix; exits with 1 on errors or warnings'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "archive" -d 'Move old daily details and hook lines to the archive (suitable for cron)'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "migrate" -d 'Bring a log from before v2.0 up to date'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "init" -d 'Create a log and settings'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "schema" -d 'Print the JSON Schema of the report, or of the output of check'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c tokmon -n "__fish_tokmon_needs_command" -f -a "man" -d 'Print the man page of tokmon, or of a subcommand'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l team -d 'The team that spent it' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l tokens -d 'The number of tokens, like 12450 or 12.5K' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l input-tokens -d 'Input tokens; like the next three, they do not count against the budget' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l output-tokens -d 'Output tokens' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l cache-write-tokens -d 'Tokens written to a cache' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l cache-read-tokens -d 'Tokens read from a cache' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l task -d 'The task' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l cost -d 'The cost, like 0.037 or $0.037 [default: by the price of the model or the log]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l status -d 'The state of the work: done, running, pending or failed' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l deliverables -d 'The number of deliverables' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l minutes -d 'The duration in minutes' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l model -d 'The model that was used' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l time -d 'The time of the spending, like 2026-02-25T10:18:00+09:00 [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l id -d 'An id that makes retries harmless [default: a random one]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l ends-hold -d 'The id of the hold that this spending ends' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l batch -d 'Record many, all or none: JSON lines or usage lines, from a file or from standard input (-)' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'"
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l existing-team -d 'Refuse a team that neither the log nor the settings know'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -l new-team -d 'Open a new team without a note, also if the settings allow known teams only'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s n -l dry-run -d 'Show what would be written, and write nothing'
complete -c tokmon -n "__fish_tokmon_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l explain -d 'Explain a code like TM013 or total-differs, and exit' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l wait -d 'How long to wait for other programs to close the log, like 500ms, 2s or 1m' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
sarif\t'SARIF 2.1.0, for code scanning'
github\t'Workflow commands, which GitHub shows beside the lines'"
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l fix -d 'Fix what can be fixed safely: derived figures, usage lines and sessions missing from the tables, hook lines inside tables'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s n -l dry-run -d 'With --fix: show the changes as a unified diff, and write nothing'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -l quiesced -d 'Rewrite the log even if it cannot be locked; only safe if no other program writes it'
complete -c tokmon -n "__fish_tokmon_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l keep-days -d 'Days of daily details to keep [default: tokmon.toml, else the log\'s retention policy, else 30]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l before -d 'Move daily details from before this day' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l prune-archives -d 'Delete the archives of months older than this number of months, after listing them' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l wait -d 'How long to wait for other programs to close the log, like 500ms, 2s or 1m' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'"
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l hooks-only -d 'Move hook lines only, no daily details'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l compact -d 'Merge the rows of one team and task of a day into one, with their count and hours in its notes'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s n -l dry-run -d 'Show what would move, and write nothing'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -l quiesced -d 'Rewrite the log even if it cannot be locked; only safe if no other program writes it'
complete -c tokmon -n "__fish_tokmon_using_subcommand archive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l wait -d 'How long to wait for other programs to close the log, like 500ms, 2s or 1m' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'"
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s n -l dry-run -d 'Print the new log, and write nothing'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -l quiesced -d 'Rewrite the log even if it cannot be locked; only safe if no other program writes it'
complete -c tokmon -n "__fish_tokmon_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l teams -d 'The teams, separated by commas, each with its own budget after a colon if it has one, like QA:22K [default: Orchestrator]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
csv\t'Comma-separated values'
markdown\t'Markdown tables'"
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s n -l dry-run -d 'Show what would be written, and write nothing'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
csv\t'Comma-separated values'
markdown\t'Markdown tables'"
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
csv\t'Comma-separated values'
markdown\t'Markdown tables'"
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -s f -l file -d 'The cost log; `-` reads standard input [env: TOKMON_FILE]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l budget -d 'The month\'s budget in tokens, like 200K [env: TOKMON_BUDGET]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l config -d 'The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l now -d 'The time to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l timezone -d 'The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of the settings, of --now, local]' -r
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l format -d 'The output format' -r -f -a "table\t'Text for people'
json\t'JSON; `tokmon schema` prints its schema'
csv\t'Comma-separated values'
markdown\t'Markdown tables'"
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -s o -l output -d 'Write the output to a file, replacing it as a whole; `-` is standard output' -r -F
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l json -d 'Short for --format json'
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -l ascii -d 'Draw bars and symbols in ASCII'
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -s q -l quiet -d 'Print no remarks about the log on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -s v -l verbose -d 'Show each problem in the log with its line, and name the settings file, on standard error'
complete -c tokmon -n "__fish_tokmon_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
