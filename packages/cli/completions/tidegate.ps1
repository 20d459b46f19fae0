# tidegate: completion for PowerShell
Register-ArgumentCompleter -Native -CommandName tidegate -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $line = $commandAst.ToString().PadRight($cursorPosition).Substring(0, $cursorPosition)
  tidegate __complete powershell $line 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
