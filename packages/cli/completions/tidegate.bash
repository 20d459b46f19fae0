# tidegate: completion for bash
_tidegate() {
  local IFS=$'\n'
  COMPREPLY=($(tidegate __complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
  # A folder is not the end of a target: no blank behind it.
  [[ "${COMPREPLY[0]-}" == */ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _tidegate tidegate
