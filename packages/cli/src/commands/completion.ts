import { Argument, Command } from 'commander';
import { type CommandTree, completionScript, type Shell, shells } from '../completion-script.rules.ts';

/** `tideway completion SHELL`: prints what makes a shell complete this program's commands. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print a script that makes a shell complete commands, as: source <(tideway completion bash)')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell, _options: object, command: Command) => {
      process.stdout.write(completionScript(shell, treeOf(command.parent ?? command)));
    });
}

function treeOf(command: Command): CommandTree {
  const options = command.options.flatMap(({ long }) => long ?? []);
  return { name: command.name(), options: [...options, '--help'], below: command.commands.map(treeOf) };
}
