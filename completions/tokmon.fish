complete --keep-order --exclusive --command tokmon --arguments "(COMPLETE=fish tokmon -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
