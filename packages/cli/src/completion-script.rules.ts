/** A command as the shells complete it: what may follow its name. */
export type CommandTree = { name: string; options: string[]; below: CommandTree[] };

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that makes a shell complete commands and options; for all else it offers files, as it does by itself. */
export function completionScript(shell: Shell, program: CommandTree): string {
  const commands = withPaths(program, program.name);
  return scripts[shell](program.name, commands);
}

type Completed = { path: string; words: string[] };

function withPaths({ options, below }: CommandTree, path: string): Completed[] {
  const words = [...below.map(({ name }) => name), ...options];
  return [{ path, words }, ...below.flatMap((child) => withPaths(child, `${path} ${child.name}`))];
}

const scripts: Record<Shell, (name: string, commands: Completed[]) => string> = { bash, zsh, fish };

function bash(name: string, commands: Completed[]): string {
  return `_${name}() {
  local at='${name}' offered='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${pathsBelow(commands)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${commands.map(({ path, words }) => `    '${path}') offered='${words.join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, commands: Completed[]): string {
  return `#compdef ${name}
_${name}() {
  local at='${name}' word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      (${pathsBelow(commands)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${commands.map(({ path, words }) => `    ('${path}') offered=(${words.join(' ')}) ;;`).join('\n')}
  esac
  compadd -a offered || _files
}
if [ "\${funcstack[1]}" = '_${name}' ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, commands: Completed[]): string {
  return `function __${name}_words
  set -l at '${name}'
  set -l typed (commandline -opc)
  set -e typed[1]
  for word in $typed
    switch "$at $word"
      case ${pathsBelow(commands).replaceAll('|', ' ')}
        set at "$at $word"
    end
  end
  switch "$at"
${commands.map(({ path, words }) => `    case '${path}'\n      printf '%s\\n' ${words.join(' ')}`).join('\n')}
  end
end
complete -c ${name} -a '(__${name}_words)'
`;
}

function pathsBelow(commands: Completed[]): string {
  return commands
    .slice(1)
    .map(({ path }) => `'${path}'`)
    .join('|');
}
