# Sourced by scripts of tests: programs in Python, installed below the build's folder.

target="${CARGO_TARGET_DIR:-$PWD/target}"
export PIP_DISABLE_PIP_VERSION_CHECK=1

# Installs what `requirements.txt` in a folder lists, unless that was done before; `$tools` is where.
install_tools() {
    local requirements="$1/requirements.txt"
    tools="$target/$(basename "$1")"
    if ! cmp -s "$requirements" "$tools/requirements.txt"; then
        rm -rf "$tools"
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --requirement "$requirements"
        cp "$requirements" "$tools/requirements.txt"
    fi
}
