# Completion of cblint for fish.
# In ~/.config/fish/config.fish:  cblint completion fish | source

function __cblint_completion
    set -l line (commandline --cut-at-cursor --current-process | string collect)
    _CBLINT_COMPLETE=fish_complete _CBLINT_LINE=$line command cblint 2>/dev/null | while read --local --delimiter \t kind proposed
        switch $kind
            case plain
                echo $proposed
            case file
                set -l word (commandline --cut-at-cursor --current-token)
                set -l name (string replace --regex '^--[a-z-]+=' '' -- $word)
                set -l before (string sub --length (math (string length -- $word) - (string length -- $name)) -- $word)
                printf '%s\n' $before(__fish_complete_path $name)
        end
    end
end

complete --command cblint --no-files --arguments '(__cblint_completion)'
