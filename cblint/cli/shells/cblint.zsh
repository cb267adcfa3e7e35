#compdef cblint
# Completion of cblint for zsh.
# In ~/.zshrc:  eval "$(cblint completion zsh)"

_cblint() {
    local kind value about
    local -a plain described
    while IFS=$'\t' read -r kind value about; do
        case $kind in
            plain)
                if [[ -n $about ]]; then
                    described+=("${value//:/\\:}:$about")
                else
                    plain+=("$value")
                fi
                ;;
            file)
                compset -P '--*='
                _files
                ;;
        esac
    done < <(_CBLINT_COMPLETE=zsh_complete _CBLINT_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
        command cblint 2>/dev/null)
    (( $#described )) && _describe -V cblint described
    (( $#plain )) && compadd -V cblint -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _cblint "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _cblint cblint
fi
