# Sourced by scripts of tests, behind tools.sh: a real server.

# Starts one with a key, over `$home`, which goes with the script; `$bchan` is the program, and the
# variables of the environment say where the server is, and its key.
start_server() {
    cargo build --quiet
    bchan="$target/debug/bchan"
    home="$(mktemp -d)"
    server=
    trap finish EXIT
    export HOME="$home"
    BCHAN_API_KEY="$("$bchan" server new-key --data "$home/data")"
    export BCHAN_API_KEY
    mkfifo "$home/said"
    "$bchan" serve --data "$home/data" --listen 127.0.0.1:0 >"$home/said" 2>"$home/log" &
    server=$!
    local said
    read -r said <"$home/said"
    export BCHAN_SERVER="${said#listening on }"
}

finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" || true
    fi
    rm -rf "$home"
}
