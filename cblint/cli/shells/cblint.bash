# Completion of cblint for bash 4.4 or newer, and with less comfort for older ones.
# In ~/.bashrc:  eval "$(cblint completion bash)"

_cblint_completion() {
    local kind value
    COMPREPLY=()
    # Not "$1": that may be a program of the folder at hand, of which nobody has said that it is to be run.
    while IFS=$'\t' read -r kind value; do
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            file) compopt -o default 2>/dev/null ;;
        esac
    done < <(_CBLINT_COMPLETE=bash_complete _CBLINT_LINE=${COMP_LINE:0:COMP_POINT} \
        _CBLINT_WORD=${COMP_WORDS[COMP_CWORD]} command cblint 2>/dev/null)
}

complete -o nosort -F _cblint_completion cblint 2>/dev/null || complete -o default -F _cblint_completion cblint
