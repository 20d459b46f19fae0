# tidegate: completion for fish
function __tidegate_complete
    set -l before (commandline -opc)
    tidegate __complete fish -- $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c tidegate -a '(__tidegate_complete)'
