# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_bchan_global_optspecs
    string join \n server= local= host= port= profile= config= ca-cert= api-key-file= api-key= o/output= q/quiet verbose color= no-progress retries= timeout= y/yes h/help V/version
end

function __fish_bchan_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_bchan_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_bchan_using_subcommand
    set -l cmd (__fish_bchan_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c bchan -n "__fish_bchan_needs_command" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_needs_command" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_needs_command" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_needs_command" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_needs_command" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_needs_command" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_needs_command" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_needs_command" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_needs_command" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_needs_command" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_needs_command" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_needs_command" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_needs_command" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_needs_command" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_needs_command" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_needs_command" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_needs_command" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_needs_command" -s V -l version -d 'Print version'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "target" -d 'Manage targets: what backups are kept of, where, and for how long'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "backup" -d 'Make, fetch and manage backups'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "recycle-bin" -d 'Look into the recycle bin, or empty it'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "job" -d 'See what the server does on its own time, or make it do it now'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "stats" -d 'Show how much the server holds'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "log" -d 'Show the server\'s log'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "login" -d 'Keep the API key of a server'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "logout" -d 'Forget the API key of a server'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "migrate" -d 'Take targets and backups over from one server to another'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "serve" -d 'Run the server'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "server" -d 'Look after the data folder of a server'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "man" -d 'Print the manual page of a command'
complete -c bchan -n "__fish_bchan_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "list" -d 'List targets'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "search" -d 'Find targets by what they are like'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "show" -d 'Show a target and its backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "create" -d 'Create a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "edit" -d 'Change a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "delete" -d 'Delete a target and all its backups'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "delete-backups" -d 'Delete all backups of a target, but not the target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "delete-recycled" -d 'Delete the recycled backups of a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and not __fish_seen_subcommand_from list search show create edit delete delete-backups delete-recycled help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s p -l page -d 'Show only this page of the server\'s list, from 1' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l tag -d 'Show only targets with this tag; of several tags they must have all' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l sort -d 'Order of the list' -r -f -a "name\t'By name, whatever its case'
alias\t'By alias; those without one come last'
type\t'By type, then by name'
location\t'By the place of the backups on the server'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s a -l all -d 'Show all pages, as is done without --page, too'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s c -l compact -d 'Show only aliases (or ids) and names, one line each'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s n -l name -d 'Part of the name, too' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s t -l type -d 'Whether each backup is one file or a tree of files' -r -f -a "single\t'One file, stored as it is'
multi\t'A folder'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s c -l recycle-criteria -d 'What makes a backup old' -r -f -a "none\t''
count\t''
age\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s a -l recycle-action -d 'What happens to an old backup' -r -f -a "recycle\t''
delete\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s l -l location -d 'Part of the location' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s m -l name-template -d 'Part of the name template' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s d -l deduplicate -d 'Whether backups with the same content as another one are dropped' -r -f -a "on\t'They are'
off\t'They are not'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s s -l alias -d 'Part of the alias' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l tags -l tag -d 'A tag, or several between commas, all of which a target must have' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l sort -d 'Order of the list' -r -f -a "name\t'By name, whatever its case'
alias\t'By alias; those without one come last'
type\t'By type, then by name'
location\t'By the place of the backups on the server'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l compact -d 'Show only aliases (or ids) and names, one line each'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -s r -l include-recycled -d 'Show recycled backups, too'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s n -l name -d 'Name for people' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s t -l type -d 'Whether each backup is one file or a tree of files' -r -f -a "single\t'One file, stored as it is'
multi\t'A folder'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s c -l recycle-criteria -d 'What makes a backup old: `count` newer ones, its `age` in days, or nothing' -r -f -a "none\t''
count\t''
age\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s v -l recycle-value -d 'Number of backups, or of days, by the criteria' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s a -l recycle-action -d 'What happens to an old backup: it goes to the recycle bin, or for good' -r -f -a "recycle\t''
delete\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l min-backups -d 'Number of backups that recycling by age always keeps' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s l -l location -d 'Folder on the server; a relative one lies in the server\'s storage [default: from the name]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s m -l name-template -d 'File name of a backup, with $I for its id, $D for the time, $M for manual or auto [default: from the name]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s s -l alias -d 'Short name that can stand wherever the id can' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l tags -d 'Labels' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s d -l deduplicate -d 'Drop backups with the same content as another one'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s n -l name -d 'New name for people' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s c -l recycle-criteria -d 'What makes a backup old: `count` newer ones, its `age` in days, or nothing' -r -f -a "none\t''
count\t''
age\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s v -l recycle-value -d 'Number of backups, or of days, by the criteria' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s a -l recycle-action -d 'What happens to an old backup: it goes to the recycle bin, or for good' -r -f -a "recycle\t''
delete\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l min-backups -d 'Number of backups that recycling by age always keeps' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s l -l location -d 'New folder on the server; existing backups move there' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s m -l name-template -d 'New file name of backups, with $I for the id, $D for the time, $M for manual or auto' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l deduplicate -d 'Whether to drop backups with the same content as another one' -r -f -a "true\t''
false\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s s -l alias -d 'New short name' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l tags -d 'New labels in place of all present ones' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l remove-min-backups -d 'Let recycling by age keep no number of backups any more'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s d -l toggle-deduplication -d 'Switch --deduplicate to what it is not'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l remove-alias -d 'Take the short name away'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l clear-tags -d 'Take all labels away'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -s d -l delete-files -d 'Delete the files on the server\'s disk, too'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -s d -l delete-files -d 'Delete the files on the server\'s disk, too'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-backups" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -s d -l delete-files -d 'Delete the files on the server\'s disk, too'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from delete-recycled" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "list" -d 'List targets'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "search" -d 'Find targets by what they are like'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a target and its backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "edit" -d 'Change a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a target and all its backups'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "delete-backups" -d 'Delete all backups of a target, but not the target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "delete-recycled" -d 'Delete the recycled backups of a target'
complete -c bchan -n "__fish_bchan_using_subcommand target; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "upload" -d 'Back up files and folders to a target'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "download" -d 'Fetch a backup'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "list" -d 'List the backups of a target, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "delete" -d 'Delete a backup'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "recycle" -d 'Move a backup to the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "restore" -d 'Take a backup back out of the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and not __fish_seen_subcommand_from upload download list delete recycle restore help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -s a -l automatic -d 'Mark the backup as made by a schedule, not by hand'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l create -d 'Create the target if there is none of this name'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l no-wait -d 'Do not wait until the server has stored it'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l allow-empty -d 'Take it for no failure when there is nothing to back up'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -s d -l directory -d 'Folder to put the file into' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l extract -d 'Folder to unpack into; it must be missing or empty' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from download" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show only this many, the newest' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s r -l include-recycled -d 'Show recycled backups, too'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -s d -l delete-files -d 'Delete the files on the server\'s disk, too'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from recycle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "upload" -d 'Back up files and folders to a target'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "download" -d 'Fetch a backup'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the backups of a target, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a backup'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "recycle" -d 'Move a backup to the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "restore" -d 'Take a backup back out of the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand backup; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -f -a "list" -d 'List recycled backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -f -a "clear" -d 'Delete all recycled backups'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and not __fish_seen_subcommand_from list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -s d -l delete-files -d 'Delete the files on the server\'s disk, too'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from help" -f -a "list" -d 'List recycled backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Delete all recycled backups'
complete -c bchan -n "__fish_bchan_using_subcommand recycle-bin; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -f -a "list" -d 'List the jobs that requests started, and the scheduled ones'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -f -a "run" -d 'Run a scheduled job now'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -f -a "wait" -d 'Wait until jobs have ended'
complete -c bchan -n "__fish_bchan_using_subcommand job; and not __fish_seen_subcommand_from list run wait help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -s w -l wait -d 'Wait until it has ended'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the jobs that requests started, and the scheduled ones'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from help" -f -a "run" -d 'Run a scheduled job now'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from help" -f -a "wait" -d 'Wait until jobs have ended'
complete -c bchan -n "__fish_bchan_using_subcommand job; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from help" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand stats; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s t -l tail -d 'Only this many lines from its end; 0 for all that the server gives' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s f -l follow -d 'Go on showing lines as they come, until somebody interrupts; begins with the last ten'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand log; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s t -l tail -d 'Only this many lines from its end; 0 for all that the server gives' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s f -l follow -d 'Go on showing lines as they come, until somebody interrupts; begins with the last ten'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from help" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand log; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand login" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand login" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand login" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand login" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand login" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand login" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand login" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand login" -l file -d 'Keep the key in a file beside the configuration, not in the keyring'
complete -c bchan -n "__fish_bchan_using_subcommand login" -l no-check -d 'Keep the key without trying it at the server'
complete -c bchan -n "__fish_bchan_using_subcommand login" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand login" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand login" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand login" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand logout" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand logout" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand logout" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l from -d 'Server to take from: its address, or a profile of the configuration file' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l to -d 'Server to take over to: its address, or a profile of the configuration file' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l from-key-file -d 'File with the API key of the one [env: BCHAN_FROM_API_KEY_FILE, BCHAN_FROM_API_KEY]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l to-key-file -d 'File with the API key of the other [env: BCHAN_TO_API_KEY_FILE, BCHAN_TO_API_KEY]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l target -d 'Id or alias of a target to take over; repeat it for more [default: all]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l location -d 'Folder at the other server in which new targets get theirs [default: its first storage root]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l state -d 'File that remembers what was done [default: one for each pair of servers in $XDG_STATE_HOME/bchan or ~/.local/state/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l dry-run -d 'Say what would be done, and do nothing'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l data -d 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l storage-root -d 'Folder under which targets may lie; may be given several times [default: storage in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l recycle-bin -d 'Folder of recycled backups [default: recycle-bin in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l config -d 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l listen -d 'Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l tls-cert -d 'Certificate to show, in PEM, with those behind it that lead to a root' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l tls-key -d 'Private key of the certificate, in PEM' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l max-connections -d 'Most connections at a time [default: 1024]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l reserve -d 'Free space that uploads never use, as a size or a share of the disk [default: 256MiB]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l max-unpacked -d 'Most bytes that a backup may become when it is unpacked, holes included [default: the size of the disk]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l max-entries -d 'Most entries of an archive [default: 10000000]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l max-ratio -d 'Most bytes that may become of one byte of an archive [default: 40000]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l log-level -d 'How much to log [env: BCHAN_LOG_LEVEL] [default: info]' -r -f -a "error\t'What went wrong'
warn\t'And what is odd'
info\t'And what has changed'
debug\t'And every request'
trace\t'And all there is'"
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l no-auth -d 'Serve anybody who can reach it, without a key'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l preserve-owner -d 'Give unpacked files the owners that their archives name; needs root'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "new-key" -d 'Make an API key for a server and print it'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "list-keys" -d 'List the keys of a server'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "revoke-key" -d 'Take a key away'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "check" -d 'Compare a server\'s database with its disk'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "backup-db" -d 'Write a consistent copy of a server\'s database'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "import" -d 'Take over what a Python server has: targets, backups and the key'
complete -c bchan -n "__fish_bchan_using_subcommand server; and not __fish_seen_subcommand_from new-key list-keys revoke-key check backup-db import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l data -d 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l name -d 'Make a key with this name, beside the others' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l rights -d 'What the key is good for' -r -f -a "full\t'Everything'
read\t'Looking and downloading'
append\t'Storing new backups and nothing else: whoever steals it can delete, change and fetch nothing'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l target -d 'Id or alias of a target that the key is for; repeat it for more [default: all]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l output -d 'How to write the key' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -s o -l overwrite -d 'Replace the server\'s own key; the old one stops working'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from new-key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l data -d 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from list-keys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l data -d 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from revoke-key" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l data -d 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l storage-root -d 'Folder under which targets may lie; may be given several times [default: storage in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l recycle-bin -d 'Folder of recycled backups [default: recycle-bin in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l config -d 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l deep -d 'Read every backup and compare it with its hash'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l repair -d 'Repair what can be repaired by adding and by moving aside'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l data -d 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l overwrite -d 'Replace the file if it exists'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from backup-db" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l from -d 'Folder of the Python server, or its config.jsonc' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l data -d 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l storage-root -d 'Folder under which targets may lie; may be given several times [default: storage in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l recycle-bin -d 'Folder of recycled backups [default: recycle-bin in the data folder]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l config -d 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l timezone -d 'Time zone that the Python server was in, such as Europe/Berlin [default: this machine\'s]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l verify -d 'Read every backup and compare it with its hash; give those one that have none'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l dry-run -d 'Look at everything and write nothing'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "new-key" -d 'Make an API key for a server and print it'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "list-keys" -d 'List the keys of a server'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "revoke-key" -d 'Take a key away'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "check" -d 'Compare a server\'s database with its disk'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "backup-db" -d 'Write a consistent copy of a server\'s database'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "import" -d 'Take over what a Python server has: targets, backups and the key'
complete -c bchan -n "__fish_bchan_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand completions" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand completions" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand completions" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand man" -l server -d 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -l local -d 'Use a server inside this program, over the data folder DIR' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand man" -l host -d 'Host of the server, with or without http://' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -l port -d 'Port of the server' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -l profile -d 'Profile of the configuration file to use [env: BCHAN_PROFILE]' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -l config -d 'Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand man" -l ca-cert -d 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand man" -l api-key-file -d 'File with the API key [env: BCHAN_API_KEY_FILE]' -r -F
complete -c bchan -n "__fish_bchan_using_subcommand man" -l api-key -d 'API key; everybody on this machine can read it in the list of processes' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -s o -l output -d 'How to write results' -r -f -a "table\t'Tables and sentences for people'
json\t'One JSON document with the names and shapes of the API'
jsonl\t'JSON with a line for each item of a list, or one line for everything else'
id\t'Only the ids that other commands take, a line each'"
complete -c bchan -n "__fish_bchan_using_subcommand man" -l color -d 'When to colour messages; `auto` honours NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c bchan -n "__fish_bchan_using_subcommand man" -l retries -d 'How often to try again after a temporary failure [default: 3]' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -l timeout -d 'Seconds of silence after which the server counts as gone [default: 30]' -r
complete -c bchan -n "__fish_bchan_using_subcommand man" -s q -l quiet -d 'Say nothing about what went well'
complete -c bchan -n "__fish_bchan_using_subcommand man" -l verbose -d 'Say more about what happens'
complete -c bchan -n "__fish_bchan_using_subcommand man" -l no-progress -d 'Show no progress bar, not even on a terminal'
complete -c bchan -n "__fish_bchan_using_subcommand man" -s y -l yes -d 'Do not ask before deleting'
complete -c bchan -n "__fish_bchan_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "target" -d 'Manage targets: what backups are kept of, where, and for how long'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "backup" -d 'Make, fetch and manage backups'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "recycle-bin" -d 'Look into the recycle bin, or empty it'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "job" -d 'See what the server does on its own time, or make it do it now'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "stats" -d 'Show how much the server holds'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "log" -d 'Show the server\'s log'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "login" -d 'Keep the API key of a server'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "logout" -d 'Forget the API key of a server'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "migrate" -d 'Take targets and backups over from one server to another'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "serve" -d 'Run the server'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "server" -d 'Look after the data folder of a server'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "man" -d 'Print the manual page of a command'
complete -c bchan -n "__fish_bchan_using_subcommand help; and not __fish_seen_subcommand_from target backup recycle-bin job stats log login logout migrate serve server completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "list" -d 'List targets'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "search" -d 'Find targets by what they are like'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "show" -d 'Show a target and its backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "create" -d 'Create a target'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "edit" -d 'Change a target'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "delete" -d 'Delete a target and all its backups'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "delete-backups" -d 'Delete all backups of a target, but not the target'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from target" -f -a "delete-recycled" -d 'Delete the recycled backups of a target'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "upload" -d 'Back up files and folders to a target'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "download" -d 'Fetch a backup'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "list" -d 'List the backups of a target, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "delete" -d 'Delete a backup'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "recycle" -d 'Move a backup to the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from backup" -f -a "restore" -d 'Take a backup back out of the recycle bin'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from recycle-bin" -f -a "list" -d 'List recycled backups, newest first'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from recycle-bin" -f -a "clear" -d 'Delete all recycled backups'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from job" -f -a "list" -d 'List the jobs that requests started, and the scheduled ones'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from job" -f -a "run" -d 'Run a scheduled job now'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from job" -f -a "wait" -d 'Wait until jobs have ended'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from stats" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from log" -f -a "show" -d 'The same as without this word'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "new-key" -d 'Make an API key for a server and print it'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "list-keys" -d 'List the keys of a server'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "revoke-key" -d 'Take a key away'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "check" -d 'Compare a server\'s database with its disk'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "backup-db" -d 'Write a consistent copy of a server\'s database'
complete -c bchan -n "__fish_bchan_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "import" -d 'Take over what a Python server has: targets, backups and the key'
