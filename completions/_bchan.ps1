
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'bchan' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'bchan'
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
        'bchan' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('target', 'target', [CompletionResultType]::ParameterValue, 'Manage targets: what backups are kept of, where, and for how long')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Make, fetch and manage backups')
            [CompletionResult]::new('recycle-bin', 'recycle-bin', [CompletionResultType]::ParameterValue, 'Look into the recycle bin, or empty it')
            [CompletionResult]::new('job', 'job', [CompletionResultType]::ParameterValue, 'See what the server does on its own time, or make it do it now')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show how much the server holds')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show the server''s log')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Keep the API key of a server')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Forget the API key of a server')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Take targets and backups over from one server to another')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the server')
            [CompletionResult]::new('server', 'server', [CompletionResultType]::ParameterValue, 'Look after the data folder of a server')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of a command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;target' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List targets')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find targets by what they are like')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a target and its backups, newest first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a target')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a target')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a target and all its backups')
            [CompletionResult]::new('delete-backups', 'delete-backups', [CompletionResultType]::ParameterValue, 'Delete all backups of a target, but not the target')
            [CompletionResult]::new('delete-recycled', 'delete-recycled', [CompletionResultType]::ParameterValue, 'Delete the recycled backups of a target')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;target;list' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Show only this page of the server''s list, from 1')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Show only this page of the server''s list, from 1')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Show only targets with this tag; of several tags they must have all')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order of the list')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Show all pages, as is done without --page, too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show all pages, as is done without --page, too')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Show only aliases (or ids) and names, one line each')
            [CompletionResult]::new('--compact', '--compact', [CompletionResultType]::ParameterName, 'Show only aliases (or ids) and names, one line each')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;search' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Part of the name, too')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Part of the name, too')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Whether each backup is one file or a tree of files')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Whether each backup is one file or a tree of files')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'What makes a backup old')
            [CompletionResult]::new('--recycle-criteria', '--recycle-criteria', [CompletionResultType]::ParameterName, 'What makes a backup old')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'What happens to an old backup')
            [CompletionResult]::new('--recycle-action', '--recycle-action', [CompletionResultType]::ParameterName, 'What happens to an old backup')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Part of the location')
            [CompletionResult]::new('--location', '--location', [CompletionResultType]::ParameterName, 'Part of the location')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Part of the name template')
            [CompletionResult]::new('--name-template', '--name-template', [CompletionResultType]::ParameterName, 'Part of the name template')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Whether backups with the same content as another one are dropped')
            [CompletionResult]::new('--deduplicate', '--deduplicate', [CompletionResultType]::ParameterName, 'Whether backups with the same content as another one are dropped')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Part of the alias')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'Part of the alias')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'A tag, or several between commas, all of which a target must have')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'A tag, or several between commas, all of which a target must have')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order of the list')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--compact', '--compact', [CompletionResultType]::ParameterName, 'Show only aliases (or ids) and names, one line each')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;show' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Show recycled backups, too')
            [CompletionResult]::new('--include-recycled', '--include-recycled', [CompletionResultType]::ParameterName, 'Show recycled backups, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;create' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Name for people')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Name for people')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Whether each backup is one file or a tree of files')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Whether each backup is one file or a tree of files')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'What makes a backup old: `count` newer ones, its `age` in days, or nothing')
            [CompletionResult]::new('--recycle-criteria', '--recycle-criteria', [CompletionResultType]::ParameterName, 'What makes a backup old: `count` newer ones, its `age` in days, or nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Number of backups, or of days, by the criteria')
            [CompletionResult]::new('--recycle-value', '--recycle-value', [CompletionResultType]::ParameterName, 'Number of backups, or of days, by the criteria')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'What happens to an old backup: it goes to the recycle bin, or for good')
            [CompletionResult]::new('--recycle-action', '--recycle-action', [CompletionResultType]::ParameterName, 'What happens to an old backup: it goes to the recycle bin, or for good')
            [CompletionResult]::new('--min-backups', '--min-backups', [CompletionResultType]::ParameterName, 'Number of backups that recycling by age always keeps')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Folder on the server; a relative one lies in the server''s storage [default: from the name]')
            [CompletionResult]::new('--location', '--location', [CompletionResultType]::ParameterName, 'Folder on the server; a relative one lies in the server''s storage [default: from the name]')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'File name of a backup, with $I for its id, $D for the time, $M for manual or auto [default: from the name]')
            [CompletionResult]::new('--name-template', '--name-template', [CompletionResultType]::ParameterName, 'File name of a backup, with $I for its id, $D for the time, $M for manual or auto [default: from the name]')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Short name that can stand wherever the id can')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'Short name that can stand wherever the id can')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Labels')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Drop backups with the same content as another one')
            [CompletionResult]::new('--deduplicate', '--deduplicate', [CompletionResultType]::ParameterName, 'Drop backups with the same content as another one')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;edit' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'New name for people')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'New name for people')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'What makes a backup old: `count` newer ones, its `age` in days, or nothing')
            [CompletionResult]::new('--recycle-criteria', '--recycle-criteria', [CompletionResultType]::ParameterName, 'What makes a backup old: `count` newer ones, its `age` in days, or nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Number of backups, or of days, by the criteria')
            [CompletionResult]::new('--recycle-value', '--recycle-value', [CompletionResultType]::ParameterName, 'Number of backups, or of days, by the criteria')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'What happens to an old backup: it goes to the recycle bin, or for good')
            [CompletionResult]::new('--recycle-action', '--recycle-action', [CompletionResultType]::ParameterName, 'What happens to an old backup: it goes to the recycle bin, or for good')
            [CompletionResult]::new('--min-backups', '--min-backups', [CompletionResultType]::ParameterName, 'Number of backups that recycling by age always keeps')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'New folder on the server; existing backups move there')
            [CompletionResult]::new('--location', '--location', [CompletionResultType]::ParameterName, 'New folder on the server; existing backups move there')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'New file name of backups, with $I for the id, $D for the time, $M for manual or auto')
            [CompletionResult]::new('--name-template', '--name-template', [CompletionResultType]::ParameterName, 'New file name of backups, with $I for the id, $D for the time, $M for manual or auto')
            [CompletionResult]::new('--deduplicate', '--deduplicate', [CompletionResultType]::ParameterName, 'Whether to drop backups with the same content as another one')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'New short name')
            [CompletionResult]::new('--alias', '--alias', [CompletionResultType]::ParameterName, 'New short name')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'New labels in place of all present ones')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--remove-min-backups', '--remove-min-backups', [CompletionResultType]::ParameterName, 'Let recycling by age keep no number of backups any more')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Switch --deduplicate to what it is not')
            [CompletionResult]::new('--toggle-deduplication', '--toggle-deduplication', [CompletionResultType]::ParameterName, 'Switch --deduplicate to what it is not')
            [CompletionResult]::new('--remove-alias', '--remove-alias', [CompletionResultType]::ParameterName, 'Take the short name away')
            [CompletionResult]::new('--clear-tags', '--clear-tags', [CompletionResultType]::ParameterName, 'Take all labels away')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;delete' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('--delete-files', '--delete-files', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;delete-backups' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('--delete-files', '--delete-files', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;delete-recycled' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('--delete-files', '--delete-files', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;target;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List targets')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find targets by what they are like')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a target and its backups, newest first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a target')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a target')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a target and all its backups')
            [CompletionResult]::new('delete-backups', 'delete-backups', [CompletionResultType]::ParameterValue, 'Delete all backups of a target, but not the target')
            [CompletionResult]::new('delete-recycled', 'delete-recycled', [CompletionResultType]::ParameterValue, 'Delete the recycled backups of a target')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;target;help;list' {
            break
        }
        'bchan;target;help;search' {
            break
        }
        'bchan;target;help;show' {
            break
        }
        'bchan;target;help;create' {
            break
        }
        'bchan;target;help;edit' {
            break
        }
        'bchan;target;help;delete' {
            break
        }
        'bchan;target;help;delete-backups' {
            break
        }
        'bchan;target;help;delete-recycled' {
            break
        }
        'bchan;target;help;help' {
            break
        }
        'bchan;backup' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Back up files and folders to a target')
            [CompletionResult]::new('download', 'download', [CompletionResultType]::ParameterValue, 'Fetch a backup')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the backups of a target, newest first')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a backup')
            [CompletionResult]::new('recycle', 'recycle', [CompletionResultType]::ParameterValue, 'Move a backup to the recycle bin')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Take a backup back out of the recycle bin')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;backup;upload' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Mark the backup as made by a schedule, not by hand')
            [CompletionResult]::new('--automatic', '--automatic', [CompletionResultType]::ParameterName, 'Mark the backup as made by a schedule, not by hand')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'Create the target if there is none of this name')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait until the server has stored it')
            [CompletionResult]::new('--allow-empty', '--allow-empty', [CompletionResultType]::ParameterName, 'Take it for no failure when there is nothing to back up')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;download' {
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Folder to put the file into')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Folder to put the file into')
            [CompletionResult]::new('--extract', '--extract', [CompletionResultType]::ParameterName, 'Folder to unpack into; it must be missing or empty')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;list' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show only this many, the newest')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show only this many, the newest')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Show recycled backups, too')
            [CompletionResult]::new('--include-recycled', '--include-recycled', [CompletionResultType]::ParameterName, 'Show recycled backups, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;delete' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('--delete-files', '--delete-files', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;recycle' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;restore' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;backup;help' {
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Back up files and folders to a target')
            [CompletionResult]::new('download', 'download', [CompletionResultType]::ParameterValue, 'Fetch a backup')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the backups of a target, newest first')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a backup')
            [CompletionResult]::new('recycle', 'recycle', [CompletionResultType]::ParameterValue, 'Move a backup to the recycle bin')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Take a backup back out of the recycle bin')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;backup;help;upload' {
            break
        }
        'bchan;backup;help;download' {
            break
        }
        'bchan;backup;help;list' {
            break
        }
        'bchan;backup;help;delete' {
            break
        }
        'bchan;backup;help;recycle' {
            break
        }
        'bchan;backup;help;restore' {
            break
        }
        'bchan;backup;help;help' {
            break
        }
        'bchan;recycle-bin' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List recycled backups, newest first')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Delete all recycled backups')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;recycle-bin;list' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;recycle-bin;clear' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('--delete-files', '--delete-files', [CompletionResultType]::ParameterName, 'Delete the files on the server''s disk, too')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;recycle-bin;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List recycled backups, newest first')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Delete all recycled backups')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;recycle-bin;help;list' {
            break
        }
        'bchan;recycle-bin;help;clear' {
            break
        }
        'bchan;recycle-bin;help;help' {
            break
        }
        'bchan;job' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the jobs that requests started, and the scheduled ones')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a scheduled job now')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until jobs have ended')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;job;list' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;job;run' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Wait until it has ended')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it has ended')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;job;wait' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;job;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the jobs that requests started, and the scheduled ones')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a scheduled job now')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until jobs have ended')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;job;help;list' {
            break
        }
        'bchan;job;help;run' {
            break
        }
        'bchan;job;help;wait' {
            break
        }
        'bchan;job;help;help' {
            break
        }
        'bchan;stats' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;stats;show' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;stats;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;stats;help;show' {
            break
        }
        'bchan;stats;help;help' {
            break
        }
        'bchan;log' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Only this many lines from its end; 0 for all that the server gives')
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Only this many lines from its end; 0 for all that the server gives')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on showing lines as they come, until somebody interrupts; begins with the last ten')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on showing lines as they come, until somebody interrupts; begins with the last ten')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;log;show' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Only this many lines from its end; 0 for all that the server gives')
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Only this many lines from its end; 0 for all that the server gives')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on showing lines as they come, until somebody interrupts; begins with the last ten')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on showing lines as they come, until somebody interrupts; begins with the last ten')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;log;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;log;help;show' {
            break
        }
        'bchan;log;help;help' {
            break
        }
        'bchan;login' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Keep the key in a file beside the configuration, not in the keyring')
            [CompletionResult]::new('--no-check', '--no-check', [CompletionResultType]::ParameterName, 'Keep the key without trying it at the server')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;logout' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;migrate' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Server to take from: its address, or a profile of the configuration file')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Server to take over to: its address, or a profile of the configuration file')
            [CompletionResult]::new('--from-key-file', '--from-key-file', [CompletionResultType]::ParameterName, 'File with the API key of the one [env: BCHAN_FROM_API_KEY_FILE, BCHAN_FROM_API_KEY]')
            [CompletionResult]::new('--to-key-file', '--to-key-file', [CompletionResultType]::ParameterName, 'File with the API key of the other [env: BCHAN_TO_API_KEY_FILE, BCHAN_TO_API_KEY]')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Id or alias of a target to take over; repeat it for more [default: all]')
            [CompletionResult]::new('--location', '--location', [CompletionResultType]::ParameterName, 'Folder at the other server in which new targets get theirs [default: its first storage root]')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'File that remembers what was done [default: one for each pair of servers in $XDG_STATE_HOME/bchan or ~/.local/state/bchan]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;serve' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--storage-root', '--storage-root', [CompletionResultType]::ParameterName, 'Folder under which targets may lie; may be given several times [default: storage in the data folder]')
            [CompletionResult]::new('--recycle-bin', '--recycle-bin', [CompletionResultType]::ParameterName, 'Folder of recycled backups [default: recycle-bin in the data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:5050]')
            [CompletionResult]::new('--tls-cert', '--tls-cert', [CompletionResultType]::ParameterName, 'Certificate to show, in PEM, with those behind it that lead to a root')
            [CompletionResult]::new('--tls-key', '--tls-key', [CompletionResultType]::ParameterName, 'Private key of the certificate, in PEM')
            [CompletionResult]::new('--max-connections', '--max-connections', [CompletionResultType]::ParameterName, 'Most connections at a time [default: 1024]')
            [CompletionResult]::new('--reserve', '--reserve', [CompletionResultType]::ParameterName, 'Free space that uploads never use, as a size or a share of the disk [default: 256MiB]')
            [CompletionResult]::new('--max-unpacked', '--max-unpacked', [CompletionResultType]::ParameterName, 'Most bytes that a backup may become when it is unpacked, holes included [default: the size of the disk]')
            [CompletionResult]::new('--max-entries', '--max-entries', [CompletionResultType]::ParameterName, 'Most entries of an archive [default: 10000000]')
            [CompletionResult]::new('--max-ratio', '--max-ratio', [CompletionResultType]::ParameterName, 'Most bytes that may become of one byte of an archive [default: 40000]')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'How much to log [env: BCHAN_LOG_LEVEL] [default: info]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--no-auth', '--no-auth', [CompletionResultType]::ParameterName, 'Serve anybody who can reach it, without a key')
            [CompletionResult]::new('--preserve-owner', '--preserve-owner', [CompletionResultType]::ParameterName, 'Give unpacked files the owners that their archives name; needs root')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('new-key', 'new-key', [CompletionResultType]::ParameterValue, 'Make an API key for a server and print it')
            [CompletionResult]::new('list-keys', 'list-keys', [CompletionResultType]::ParameterValue, 'List the keys of a server')
            [CompletionResult]::new('revoke-key', 'revoke-key', [CompletionResultType]::ParameterValue, 'Take a key away')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Compare a server''s database with its disk')
            [CompletionResult]::new('backup-db', 'backup-db', [CompletionResultType]::ParameterValue, 'Write a consistent copy of a server''s database')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over what a Python server has: targets, backups and the key')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;server;new-key' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Make a key with this name, beside the others')
            [CompletionResult]::new('--rights', '--rights', [CompletionResultType]::ParameterName, 'What the key is good for')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Id or alias of a target that the key is for; repeat it for more [default: all]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write the key')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Replace the server''s own key; the old one stops working')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace the server''s own key; the old one stops working')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;list-keys' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;revoke-key' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;check' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--storage-root', '--storage-root', [CompletionResultType]::ParameterName, 'Folder under which targets may lie; may be given several times [default: storage in the data folder]')
            [CompletionResult]::new('--recycle-bin', '--recycle-bin', [CompletionResultType]::ParameterName, 'Folder of recycled backups [default: recycle-bin in the data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--deep', '--deep', [CompletionResultType]::ParameterName, 'Read every backup and compare it with its hash')
            [CompletionResult]::new('--repair', '--repair', [CompletionResultType]::ParameterName, 'Repair what can be repaired by adding and by moving aside')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;backup-db' {
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--overwrite', '--overwrite', [CompletionResultType]::ParameterName, 'Replace the file if it exists')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;import' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Folder of the Python server, or its config.jsonc')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]')
            [CompletionResult]::new('--storage-root', '--storage-root', [CompletionResultType]::ParameterName, 'Folder under which targets may lie; may be given several times [default: storage in the data folder]')
            [CompletionResult]::new('--recycle-bin', '--recycle-bin', [CompletionResultType]::ParameterName, 'Folder of recycled backups [default: recycle-bin in the data folder]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth')
            [CompletionResult]::new('--timezone', '--timezone', [CompletionResultType]::ParameterName, 'Time zone that the Python server was in, such as Europe/Berlin [default: this machine''s]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Read every backup and compare it with its hash; give those one that have none')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Look at everything and write nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;server;help' {
            [CompletionResult]::new('new-key', 'new-key', [CompletionResultType]::ParameterValue, 'Make an API key for a server and print it')
            [CompletionResult]::new('list-keys', 'list-keys', [CompletionResultType]::ParameterValue, 'List the keys of a server')
            [CompletionResult]::new('revoke-key', 'revoke-key', [CompletionResultType]::ParameterValue, 'Take a key away')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Compare a server''s database with its disk')
            [CompletionResult]::new('backup-db', 'backup-db', [CompletionResultType]::ParameterValue, 'Write a consistent copy of a server''s database')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over what a Python server has: targets, backups and the key')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;server;help;new-key' {
            break
        }
        'bchan;server;help;list-keys' {
            break
        }
        'bchan;server;help;revoke-key' {
            break
        }
        'bchan;server;help;check' {
            break
        }
        'bchan;server;help;backup-db' {
            break
        }
        'bchan;server;help;import' {
            break
        }
        'bchan;server;help;help' {
            break
        }
        'bchan;completions' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;man' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Use a server inside this program, over the data folder DIR')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Host of the server, with or without http://')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port of the server')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration file to use [env: BCHAN_PROFILE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File with the API key [env: BCHAN_API_KEY_FILE]')
            [CompletionResult]::new('--api-key', '--api-key', [CompletionResultType]::ParameterName, 'API key; everybody on this machine can read it in the list of processes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to write results')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour messages; `auto` honours NO_COLOR')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often to try again after a temporary failure [default: 3]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Seconds of silence after which the server counts as gone [default: 30]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing about what went well')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more about what happens')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress bar, not even on a terminal')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before deleting')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'bchan;help' {
            [CompletionResult]::new('target', 'target', [CompletionResultType]::ParameterValue, 'Manage targets: what backups are kept of, where, and for how long')
            [CompletionResult]::new('backup', 'backup', [CompletionResultType]::ParameterValue, 'Make, fetch and manage backups')
            [CompletionResult]::new('recycle-bin', 'recycle-bin', [CompletionResultType]::ParameterValue, 'Look into the recycle bin, or empty it')
            [CompletionResult]::new('job', 'job', [CompletionResultType]::ParameterValue, 'See what the server does on its own time, or make it do it now')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Show how much the server holds')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show the server''s log')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Keep the API key of a server')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Forget the API key of a server')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Take targets and backups over from one server to another')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the server')
            [CompletionResult]::new('server', 'server', [CompletionResultType]::ParameterValue, 'Look after the data folder of a server')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of a command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'bchan;help;target' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List targets')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find targets by what they are like')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a target and its backups, newest first')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a target')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a target')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a target and all its backups')
            [CompletionResult]::new('delete-backups', 'delete-backups', [CompletionResultType]::ParameterValue, 'Delete all backups of a target, but not the target')
            [CompletionResult]::new('delete-recycled', 'delete-recycled', [CompletionResultType]::ParameterValue, 'Delete the recycled backups of a target')
            break
        }
        'bchan;help;target;list' {
            break
        }
        'bchan;help;target;search' {
            break
        }
        'bchan;help;target;show' {
            break
        }
        'bchan;help;target;create' {
            break
        }
        'bchan;help;target;edit' {
            break
        }
        'bchan;help;target;delete' {
            break
        }
        'bchan;help;target;delete-backups' {
            break
        }
        'bchan;help;target;delete-recycled' {
            break
        }
        'bchan;help;backup' {
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Back up files and folders to a target')
            [CompletionResult]::new('download', 'download', [CompletionResultType]::ParameterValue, 'Fetch a backup')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the backups of a target, newest first')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a backup')
            [CompletionResult]::new('recycle', 'recycle', [CompletionResultType]::ParameterValue, 'Move a backup to the recycle bin')
            [CompletionResult]::new('restore', 'restore', [CompletionResultType]::ParameterValue, 'Take a backup back out of the recycle bin')
            break
        }
        'bchan;help;backup;upload' {
            break
        }
        'bchan;help;backup;download' {
            break
        }
        'bchan;help;backup;list' {
            break
        }
        'bchan;help;backup;delete' {
            break
        }
        'bchan;help;backup;recycle' {
            break
        }
        'bchan;help;backup;restore' {
            break
        }
        'bchan;help;recycle-bin' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List recycled backups, newest first')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Delete all recycled backups')
            break
        }
        'bchan;help;recycle-bin;list' {
            break
        }
        'bchan;help;recycle-bin;clear' {
            break
        }
        'bchan;help;job' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the jobs that requests started, and the scheduled ones')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a scheduled job now')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until jobs have ended')
            break
        }
        'bchan;help;job;list' {
            break
        }
        'bchan;help;job;run' {
            break
        }
        'bchan;help;job;wait' {
            break
        }
        'bchan;help;stats' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            break
        }
        'bchan;help;stats;show' {
            break
        }
        'bchan;help;log' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'The same as without this word')
            break
        }
        'bchan;help;log;show' {
            break
        }
        'bchan;help;login' {
            break
        }
        'bchan;help;logout' {
            break
        }
        'bchan;help;migrate' {
            break
        }
        'bchan;help;serve' {
            break
        }
        'bchan;help;server' {
            [CompletionResult]::new('new-key', 'new-key', [CompletionResultType]::ParameterValue, 'Make an API key for a server and print it')
            [CompletionResult]::new('list-keys', 'list-keys', [CompletionResultType]::ParameterValue, 'List the keys of a server')
            [CompletionResult]::new('revoke-key', 'revoke-key', [CompletionResultType]::ParameterValue, 'Take a key away')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Compare a server''s database with its disk')
            [CompletionResult]::new('backup-db', 'backup-db', [CompletionResultType]::ParameterValue, 'Write a consistent copy of a server''s database')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over what a Python server has: targets, backups and the key')
            break
        }
        'bchan;help;server;new-key' {
            break
        }
        'bchan;help;server;list-keys' {
            break
        }
        'bchan;help;server;revoke-key' {
            break
        }
        'bchan;help;server;check' {
            break
        }
        'bchan;help;server;backup-db' {
            break
        }
        'bchan;help;server;import' {
            break
        }
        'bchan;help;completions' {
            break
        }
        'bchan;help;man' {
            break
        }
        'bchan;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
