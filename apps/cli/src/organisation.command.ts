import { Command } from 'commander';
import { moment, table } from './table.js';
import { asOperator, type Terminal } from './terminal.js';

/** `crossline organisation …`: who is in the exchange. */
export function organisationCommand(terminal: Terminal): Command {
  const group = new Command('organisation').description('who is in the exchange');

  group
    .command('add <name>')
    .description('admit a verified organisation')
    .requiredOption('--kind <kind>', 'COMPANY, LAW_ENFORCEMENT, REGULATOR or NONPROFIT')
    .option('--country <code>', 'where it is based: two letters, such as DE')
    .action((name: string, draft: { kind: string; country?: string }, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.addOrganisation({ name, ...draft }),
        ({ id, name: added }) => `Added ${added} (${id}).\nIt has no key yet: crossline key add ${id}`,
      ),
    );

  group
    .command('list')
    .description('all organisations, by name')
    .action((_: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.listOrganisations(),
        (found) =>
          table(
            ['ID', 'NAME', 'KIND', 'COUNTRY', 'STATUS', 'KEYS', 'SINCE'],
            found.map(({ id, name, kind, country, status, keys, createdAt }) => [
              id,
              name,
              kind,
              country ?? '-',
              status,
              keys === 0 ? 'none' : `${keys}`,
              moment(createdAt),
            ]),
            'There are no organisations yet: crossline organisation add <name> --kind COMPANY',
          ),
      ),
    );

  group
    .command('suspend <organisation>')
    .description('its keys stop working and nothing is sent to it; what it shared stays')
    .action((wanted: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.suspendOrganisation(wanted),
        ({ organisation, changed }) => `${organisation.name} ${changed ? 'is' : 'was already'} suspended.`,
      ),
    );

  group
    .command('reinstate <organisation>')
    .description('end its suspension')
    .action((wanted: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.reinstateOrganisation(wanted),
        ({ organisation, changed }) => `${organisation.name} ${changed ? 'is active again' : 'was not suspended'}.`,
      ),
    );

  return group;
}
