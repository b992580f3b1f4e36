# For the scripts beside: `step COMMAND` shows a command, what it prints, and how it ended.
step() {
    echo "\$ $*"
    "$@" 2>&1
    echo "= $?"
}
