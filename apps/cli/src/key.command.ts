import { BadInput, scopes } from '#kernel';
import { Command } from 'commander';
import { moment, table } from './table.js';
import { asOperator, type Terminal } from './terminal.js';

interface AddOptions {
  readonly name?: string;
  readonly scopes?: string;
  readonly expiresInDays?: string;
}

const DAY_MS = 86_400_000;
/** Ten years. */
const MAX_DAYS = 3650;

/** `crossline key …`: with which keys organisations call. */
export function keyCommand(terminal: Terminal): Command {
  const group = new Command('key').description('the API keys of an organisation');

  group
    .command('add <organisation>')
    .description('make a key and show it, this once')
    .option('--name <name>', 'what it is for')
    .option('--scopes <scopes>', `comma-separated; all unless given: ${scopes.join(',')}`)
    .option('--expires-in-days <days>', 'when it stops working; never unless given')
    .action((organisation: string, options: AddOptions, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.addKey(organisation, draftFrom(options)),
        ({ id, key, organisation: owner, scopes: granted, expiresAt }) =>
          [
            `Key ${id} of ${owner.name}: ${granted.join(', ')}; expires ${expiresAt ? moment(expiresAt) : 'never'}.`,
            'It is shown this once. Send it as "Authorization: Bearer <key>".',
            key,
          ].join('\n'),
      ),
    );

  group
    .command('list <organisation>')
    .description('its keys, without their secrets')
    .action((organisation: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.listKeys(organisation),
        (found) =>
          table(
            ['ID', 'NAME', 'STATUS', 'SCOPES', 'MADE', 'EXPIRES'],
            found.map(({ id, name, status, scopes: granted, createdAt, expiresAt }) => [
              id,
              name,
              status,
              granted.join(','),
              moment(createdAt),
              expiresAt ? moment(expiresAt) : 'never',
            ]),
            'It has no key yet: crossline key add <organisation>',
          ),
      ),
    );

  group
    .command('revoke <key-id>')
    .description('the key stops working with the next request')
    .action((id: string, _: unknown, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.revokeKey(id),
        ({ changed }) => (changed ? 'The key is revoked.' : 'The key was revoked before.'),
      ),
    );

  return group;
}

function draftFrom({ name, scopes: list, expiresInDays }: AddOptions) {
  return {
    name,
    scopes: list?.split(',').map((scope) => scope.trim()),
    expiresAt: expiresInDays === undefined ? undefined : new Date(Date.now() + daysFrom(expiresInDays) * DAY_MS),
  };
}

function daysFrom(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new BadInput({
    field: 'expires-in-days',
    rule: 'expires-in-days.range',
    message: `It must be a whole number from 1 to ${MAX_DAYS}.`,
  });
}
