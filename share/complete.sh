#!/bin/sh
# Completions of one program, made of its --help, which is made of its table of options: so they cannot drift apart.
# usage: complete.sh bash|zsh PROGRAM     PROGRAM: a path; its name is what is completed
set -eu
export LC_ALL=C.UTF-8
name=$(basename "$2")
"$2" --help | awk -v shell="$1" -v name="$name" '
# "  -s, --seed N    which of the ways to split [1]"; a long one has its text on the next line
/^options:/ { on = 1; next }
/^exit status:/ { on = 0 }
on && /^  (-., |    )--/ {
    n++
    letter[n] = substr($0, 3, 1) == "-" ? substr($0, 3, 2) : ""
    rest = substr($0, 7)
    match(rest, /^--[a-z0-9-]+/)
    long[n] = substr(rest, 1, RLENGTH)
    rest = substr(rest, RLENGTH + 1)
    arg[n] = ""
    if (match(rest, /^ [^ ]+/)) {
        arg[n] = substr(rest, 2, RLENGTH - 1)
        rest = substr(rest, RLENGTH + 1)
    }
    sub(/^ +/, "", rest)
    help[n] = rest
    next
}
on && n && /^ +[^ ]/ { if (help[n] == "") { sub(/^ +/, ""); help[n] = $0 } }

# What an argument is, by the word that --help shows for it.
function kind(word) {
    if (word ~ /FILE|PATH|MODEL|RULES/) return "file"
    if (word ~ /DIR|FOLDER|STORE/) return "folder"
    return "word"
}
function quoted(text) { gsub(/\047/, "\047\\\047\047", text); return text }

END {
    if (!n) { print name ": no options in its --help" > "/dev/stderr"; exit 1 }
    if (shell == "bash") bash(); else zsh()
}
function bash(   i, all, of, f) {
    f = "_" name; gsub(/-/, "_", f)
    for (i = 1; i <= n; i++) {
        all = all " " long[i] (letter[i] ? " " letter[i] : "")
        if (arg[i] != "") of[kind(arg[i])] = of[kind(arg[i])] "|" long[i] (letter[i] ? "|" letter[i] : "")
    }
    print "# bash completion of " name ", made of its --help"
    print f "() {"
    print "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}"
    print "    COMPREPLY=()"
    print "    case $prev in"
    if (of["file"]) print "    " substr(of["file"], 2) ") mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;"
    if (of["folder"]) print "    " substr(of["folder"], 2) ") mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return ;;"
    if (of["word"]) print "    " substr(of["word"], 2) ") return ;;"
    print "    esac"
    print "    if [[ $cur == -* ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"" substr(all, 2) "\" -- \"$cur\")"
    print "    else"
    print "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"
    print "    fi"
    print "}"
    print "complete -o filenames -F " f " " name
}
function zsh(   i, text, what, action) {
    print "#compdef " name
    print "# zsh completion of " name ", made of its --help"
    printf "_arguments -s -S"
    for (i = 1; i <= n; i++) {
        text = help[i]
        gsub(/\\/, "\\\\", text); gsub(/\[/, "\\[", text); gsub(/\]/, "\\]", text); gsub(/:/, "\\:", text)
        what = arg[i]; gsub(/:/, "\\:", what)
        action = kind(arg[i]) == "file" ? "_files" : kind(arg[i]) == "folder" ? "_files -/" : " "
        printf " \\\n    "
        if (letter[i]) printf "\047(%s %s)\047{%s,%s}", letter[i], long[i], letter[i], long[i]
        else printf "%s", long[i]
        printf "\047[%s]%s\047", quoted(text), arg[i] == "" ? "" : ":" quoted(what) ":" action
    }
    print " \\\n    \047*:file:_files\047"
}'
