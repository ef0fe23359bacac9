
use builtin;
use str;

set edit:completion:arg-completer[bchan] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'bchan'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'bchan'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand target 'Manage targets: what backups are kept of, where, and for how long'
            cand backup 'Make, fetch and manage backups'
            cand recycle-bin 'Look into the recycle bin, or empty it'
            cand job 'See what the server does on its own time, or make it do it now'
            cand serve 'Run the server'
            cand server 'Look after the data folder of a server'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page of a command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;target'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List all targets'
            cand show 'Show a target and its backups, newest first'
            cand create 'Create a target'
            cand edit 'Change a target'
            cand delete 'Delete a target and all its backups'
            cand delete-backups 'Delete all backups of a target, but not the target'
            cand delete-recycled 'Delete the recycled backups of a target'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;target;list'= {
            cand -p 'Show only this page of the server''s list, from 1'
            cand --page 'Show only this page of the server''s list, from 1'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -c 'Show only aliases (or ids) and names, one line each'
            cand --compact 'Show only aliases (or ids) and names, one line each'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;show'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -r 'Show recycled backups, too'
            cand --include-recycled 'Show recycled backups, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;create'= {
            cand -n 'Name for people'
            cand --name 'Name for people'
            cand -t 'Whether each backup is one file or a tree of files'
            cand --type 'Whether each backup is one file or a tree of files'
            cand -c 'What makes a backup old: `count` newer ones, its `age` in days, or nothing'
            cand --recycle-criteria 'What makes a backup old: `count` newer ones, its `age` in days, or nothing'
            cand -v 'Number of backups, or of days, by the criteria'
            cand --recycle-value 'Number of backups, or of days, by the criteria'
            cand -a 'What happens to an old backup: it goes to the recycle bin, or for good'
            cand --recycle-action 'What happens to an old backup: it goes to the recycle bin, or for good'
            cand --min-backups 'Number of backups that recycling by age always keeps'
            cand -l 'Folder on the server; a relative one lies in the server''s storage [default: from the name]'
            cand --location 'Folder on the server; a relative one lies in the server''s storage [default: from the name]'
            cand -m 'File name of a backup, with $I for its id, $D for the time, $M for manual or auto [default: from the name]'
            cand --name-template 'File name of a backup, with $I for its id, $D for the time, $M for manual or auto [default: from the name]'
            cand -s 'Short name that can stand wherever the id can'
            cand --alias 'Short name that can stand wherever the id can'
            cand --tags 'Labels'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Drop backups with the same content as another one'
            cand --deduplicate 'Drop backups with the same content as another one'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;edit'= {
            cand -n 'New name for people'
            cand --name 'New name for people'
            cand -c 'What makes a backup old: `count` newer ones, its `age` in days, or nothing'
            cand --recycle-criteria 'What makes a backup old: `count` newer ones, its `age` in days, or nothing'
            cand -v 'Number of backups, or of days, by the criteria'
            cand --recycle-value 'Number of backups, or of days, by the criteria'
            cand -a 'What happens to an old backup: it goes to the recycle bin, or for good'
            cand --recycle-action 'What happens to an old backup: it goes to the recycle bin, or for good'
            cand --min-backups 'Number of backups that recycling by age always keeps'
            cand -l 'New folder on the server; existing backups move there'
            cand --location 'New folder on the server; existing backups move there'
            cand -m 'New file name of backups, with $I for the id, $D for the time, $M for manual or auto'
            cand --name-template 'New file name of backups, with $I for the id, $D for the time, $M for manual or auto'
            cand --deduplicate 'Whether to drop backups with the same content as another one'
            cand -s 'New short name'
            cand --alias 'New short name'
            cand --tags 'New labels in place of all present ones'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand --remove-min-backups 'Let recycling by age keep no number of backups any more'
            cand -d 'Switch --deduplicate to what it is not'
            cand --toggle-deduplication 'Switch --deduplicate to what it is not'
            cand --remove-alias 'Take the short name away'
            cand --clear-tags 'Take all labels away'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;delete'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Delete the files on the server''s disk, too'
            cand --delete-files 'Delete the files on the server''s disk, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;delete-backups'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Delete the files on the server''s disk, too'
            cand --delete-files 'Delete the files on the server''s disk, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;delete-recycled'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Delete the files on the server''s disk, too'
            cand --delete-files 'Delete the files on the server''s disk, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;target;help'= {
            cand list 'List all targets'
            cand show 'Show a target and its backups, newest first'
            cand create 'Create a target'
            cand edit 'Change a target'
            cand delete 'Delete a target and all its backups'
            cand delete-backups 'Delete all backups of a target, but not the target'
            cand delete-recycled 'Delete the recycled backups of a target'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;target;help;list'= {
        }
        &'bchan;target;help;show'= {
        }
        &'bchan;target;help;create'= {
        }
        &'bchan;target;help;edit'= {
        }
        &'bchan;target;help;delete'= {
        }
        &'bchan;target;help;delete-backups'= {
        }
        &'bchan;target;help;delete-recycled'= {
        }
        &'bchan;target;help;help'= {
        }
        &'bchan;backup'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand upload 'Back up files and folders to a target'
            cand download 'Fetch a backup'
            cand delete 'Delete a backup'
            cand recycle 'Move a backup to the recycle bin'
            cand restore 'Take a backup back out of the recycle bin'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;backup;upload'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -a 'Mark the backup as made by a schedule, not by hand'
            cand --automatic 'Mark the backup as made by a schedule, not by hand'
            cand --create 'Create the target if there is none of this name'
            cand --no-wait 'Do not wait until the server has stored it'
            cand --allow-empty 'Take it for no failure when there is nothing to back up'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;backup;download'= {
            cand -d 'Folder to put the file into'
            cand --directory 'Folder to put the file into'
            cand --extract 'Folder to unpack into; it must be missing or empty'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;backup;delete'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Delete the files on the server''s disk, too'
            cand --delete-files 'Delete the files on the server''s disk, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;backup;recycle'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;backup;restore'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;backup;help'= {
            cand upload 'Back up files and folders to a target'
            cand download 'Fetch a backup'
            cand delete 'Delete a backup'
            cand recycle 'Move a backup to the recycle bin'
            cand restore 'Take a backup back out of the recycle bin'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;backup;help;upload'= {
        }
        &'bchan;backup;help;download'= {
        }
        &'bchan;backup;help;delete'= {
        }
        &'bchan;backup;help;recycle'= {
        }
        &'bchan;backup;help;restore'= {
        }
        &'bchan;backup;help;help'= {
        }
        &'bchan;recycle-bin'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List recycled backups, newest first'
            cand clear 'Delete all recycled backups'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;recycle-bin;list'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;recycle-bin;clear'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -d 'Delete the files on the server''s disk, too'
            cand --delete-files 'Delete the files on the server''s disk, too'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;recycle-bin;help'= {
            cand list 'List recycled backups, newest first'
            cand clear 'Delete all recycled backups'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;recycle-bin;help;list'= {
        }
        &'bchan;recycle-bin;help;clear'= {
        }
        &'bchan;recycle-bin;help;help'= {
        }
        &'bchan;job'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the jobs that requests started, and the scheduled ones'
            cand run 'Run a scheduled job now'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;job;list'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;job;run'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;job;help'= {
            cand list 'List the jobs that requests started, and the scheduled ones'
            cand run 'Run a scheduled job now'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;job;help;list'= {
        }
        &'bchan;job;help;run'= {
        }
        &'bchan;job;help;help'= {
        }
        &'bchan;serve'= {
            cand --data 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --storage-root 'Folder under which targets may lie; may be given several times [default: storage in the data folder]'
            cand --recycle-bin 'Folder of recycled backups [default: recycle-bin in the data folder]'
            cand --config 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth'
            cand --listen 'Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:5050]'
            cand --tls-cert 'Certificate to show, in PEM, with those behind it that lead to a root'
            cand --tls-key 'Private key of the certificate, in PEM'
            cand --max-connections 'Most connections at a time [default: 1024]'
            cand --reserve 'Free space that uploads never use, as a size or a share of the disk [default: 256MiB]'
            cand --max-unpacked 'Most bytes that a backup may become when it is unpacked, holes included [default: the size of the disk]'
            cand --max-entries 'Most entries of an archive [default: 10000000]'
            cand --max-ratio 'Most bytes that may become of one byte of an archive [default: 40000]'
            cand --log-level 'How much to log [env: BCHAN_LOG_LEVEL] [default: info]'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand --no-auth 'Serve anybody who can reach it, without a key'
            cand --preserve-owner 'Give unpacked files the owners that their archives name; needs root'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand new-key 'Make an API key for a server and print it'
            cand list-keys 'List the keys of a server'
            cand revoke-key 'Take a key away'
            cand check 'Compare a server''s database with its disk'
            cand backup-db 'Write a consistent copy of a server''s database'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;server;new-key'= {
            cand --data 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --name 'Make a key with this name, beside the others'
            cand --rights 'What the key is good for'
            cand --target 'Id or alias of a target that the key is for; repeat it for more [default: all]'
            cand --output 'How to write the key'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -o 'Replace the server''s own key; the old one stops working'
            cand --overwrite 'Replace the server''s own key; the old one stops working'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server;list-keys'= {
            cand --data 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server;revoke-key'= {
            cand --data 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server;check'= {
            cand --data 'Folder of the database, the key and, unless told otherwise, the backups [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --storage-root 'Folder under which targets may lie; may be given several times [default: storage in the data folder]'
            cand --recycle-bin 'Folder of recycled backups [default: recycle-bin in the data folder]'
            cand --config 'Configuration file in TOML: listen, storage-roots, recycle-bin, reserve, preserve-owner, no-auth'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand --deep 'Read every backup and compare it with its hash'
            cand --repair 'Repair what can be repaired by adding and by moving aside'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server;backup-db'= {
            cand --data 'Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]'
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand --overwrite 'Replace the file if it exists'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;server;help'= {
            cand new-key 'Make an API key for a server and print it'
            cand list-keys 'List the keys of a server'
            cand revoke-key 'Take a key away'
            cand check 'Compare a server''s database with its disk'
            cand backup-db 'Write a consistent copy of a server''s database'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;server;help;new-key'= {
        }
        &'bchan;server;help;list-keys'= {
        }
        &'bchan;server;help;revoke-key'= {
        }
        &'bchan;server;help;check'= {
        }
        &'bchan;server;help;backup-db'= {
        }
        &'bchan;server;help;help'= {
        }
        &'bchan;completions'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;man'= {
            cand --server 'Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]'
            cand --local 'Use a server inside this program, over the data folder DIR'
            cand --host 'Host of the server, with or without http://'
            cand --port 'Port of the server'
            cand --ca-cert 'Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]'
            cand --api-key-file 'File with the API key [env: BCHAN_API_KEY_FILE]'
            cand --api-key 'API key; everybody on this machine can read it in the list of processes'
            cand -o 'How to write results'
            cand --output 'How to write results'
            cand --color 'When to colour messages; `auto` honours NO_COLOR'
            cand --retries 'How often to try again after a temporary failure'
            cand --timeout 'Seconds of silence after which the server counts as gone'
            cand -q 'Say nothing about what went well'
            cand --quiet 'Say nothing about what went well'
            cand --verbose 'Say more about what happens'
            cand --no-progress 'Show no progress bar, not even on a terminal'
            cand -y 'Do not ask before deleting'
            cand --yes 'Do not ask before deleting'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'bchan;help'= {
            cand target 'Manage targets: what backups are kept of, where, and for how long'
            cand backup 'Make, fetch and manage backups'
            cand recycle-bin 'Look into the recycle bin, or empty it'
            cand job 'See what the server does on its own time, or make it do it now'
            cand serve 'Run the server'
            cand server 'Look after the data folder of a server'
            cand completions 'Print completions for a shell'
            cand man 'Print the manual page of a command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'bchan;help;target'= {
            cand list 'List all targets'
            cand show 'Show a target and its backups, newest first'
            cand create 'Create a target'
            cand edit 'Change a target'
            cand delete 'Delete a target and all its backups'
            cand delete-backups 'Delete all backups of a target, but not the target'
            cand delete-recycled 'Delete the recycled backups of a target'
        }
        &'bchan;help;target;list'= {
        }
        &'bchan;help;target;show'= {
        }
        &'bchan;help;target;create'= {
        }
        &'bchan;help;target;edit'= {
        }
        &'bchan;help;target;delete'= {
        }
        &'bchan;help;target;delete-backups'= {
        }
        &'bchan;help;target;delete-recycled'= {
        }
        &'bchan;help;backup'= {
            cand upload 'Back up files and folders to a target'
            cand download 'Fetch a backup'
            cand delete 'Delete a backup'
            cand recycle 'Move a backup to the recycle bin'
            cand restore 'Take a backup back out of the recycle bin'
        }
        &'bchan;help;backup;upload'= {
        }
        &'bchan;help;backup;download'= {
        }
        &'bchan;help;backup;delete'= {
        }
        &'bchan;help;backup;recycle'= {
        }
        &'bchan;help;backup;restore'= {
        }
        &'bchan;help;recycle-bin'= {
            cand list 'List recycled backups, newest first'
            cand clear 'Delete all recycled backups'
        }
        &'bchan;help;recycle-bin;list'= {
        }
        &'bchan;help;recycle-bin;clear'= {
        }
        &'bchan;help;job'= {
            cand list 'List the jobs that requests started, and the scheduled ones'
            cand run 'Run a scheduled job now'
        }
        &'bchan;help;job;list'= {
        }
        &'bchan;help;job;run'= {
        }
        &'bchan;help;serve'= {
        }
        &'bchan;help;server'= {
            cand new-key 'Make an API key for a server and print it'
            cand list-keys 'List the keys of a server'
            cand revoke-key 'Take a key away'
            cand check 'Compare a server''s database with its disk'
            cand backup-db 'Write a consistent copy of a server''s database'
        }
        &'bchan;help;server;new-key'= {
        }
        &'bchan;help;server;list-keys'= {
        }
        &'bchan;help;server;revoke-key'= {
        }
        &'bchan;help;server;check'= {
        }
        &'bchan;help;server;backup-db'= {
        }
        &'bchan;help;completions'= {
        }
        &'bchan;help;man'= {
        }
        &'bchan;help;help'= {
        }
    ]
    $completions[$command]
}
