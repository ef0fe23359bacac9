complete --keep-order --exclusive --command bchan --arguments "(_BCHAN_COMPLETE=fish bchan -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
