
set edit:completion:arg-completer[bchan] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) _BCHAN_COMPLETE="elvish" bchan -- $@words) | to-lines
}

