#compdef tidegate
# tidegate: completion for zsh
_tidegate() {
  local -a found folders
  found=("${(@f)$(tidegate __complete zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  found=("${(@)found:#}")
  folders=("${(@M)found:#*/}")
  found=("${(@)found:#*/}")
  # A folder is not the end of a target: no blank behind it.
  (( $#folders )) && compadd -S "" -- "${(@)folders}"
  (( $#found )) && compadd -- "${(@)found}"
  (( $#folders + $#found )) || _files
}
if (( $+functions[compdef] )); then compdef _tidegate tidegate; fi
