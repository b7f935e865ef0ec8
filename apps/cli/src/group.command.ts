import { Command } from 'commander';
import { moment, table } from './table.js';
import { asOperator, type Terminal } from './terminal.js';

/** `crossline group …`: which organisations share with one another. */
export function groupCommand(terminal: Terminal): Command {
  const group = new Command('group').description('sharing groups and their members');

  group
    .command('add <name>')
    .description('make a sharing group, without members yet')
    .action((name: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.addGroup(name),
        (added) => `Added ${added.name} (${added.id}).`,
      ),
    );

  group
    .command('list')
    .description('all groups with their members, by name')
    .action((_: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.listGroups(),
        (found) =>
          table(
            ['ID', 'NAME', 'SINCE', 'MEMBERS'],
            found.map(({ id, name, createdAt, members }) => [
              id,
              name,
              moment(createdAt),
              members.length === 0 ? 'none' : members.map((member) => member.name).join(', '),
            ]),
            'There are no groups yet: crossline group add <name>',
          ),
      ),
    );

  group
    .command('join <group> <organisation>')
    .description('the organisation sees what is shared with the group, also what was shared before')
    .action((wanted: string, organisation: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.joinGroup(wanted, organisation),
        (joined) =>
          `${joined.organisation.name} ${joined.changed ? 'is now' : 'was already'} a member of ${joined.group.name}.`,
      ),
    );

  group
    .command('leave <group> <organisation>')
    .description('the organisation sees no more of what is shared with the group, except its own')
    .action((wanted: string, organisation: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.leaveGroup(wanted, organisation),
        (left) =>
          `${left.organisation.name} ${left.changed ? 'is no longer' : 'was not'} a member of ${left.group.name}.`,
      ),
    );

  return group;
}
