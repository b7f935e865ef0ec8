import { BadInput } from '#kernel';
import { Command } from 'commander';
import { moment, table } from './table.js';
import { asOperator, type Terminal } from './terminal.js';

const MAX_FIRST = 10_000;

/** `crossline audit …`: what operators did. */
export function auditCommand(terminal: Terminal): Command {
  const group = new Command('audit').description('what operators did');

  group
    .command('list')
    .description('newest first; looking is itself recorded')
    .option('--first <n>', 'how many', '50')
    .action(({ first }: { first: string }, command: Command) =>
      asOperator(
        terminal,
        command,
        (operator) => operator.listAudit(countFrom(first)),
        (found) =>
          table(
            ['AT', 'ACTOR', 'ACTION', 'ORGANISATION', 'DETAIL'],
            found.map(({ at, actor, action, organisationId, detail }) => [
              moment(at),
              actor,
              action,
              organisationId ?? '-',
              Object.entries(detail)
                .map(([name, value]) => `${name}=${String(value)}`)
                .join(' '),
            ]),
            'Nothing was done yet.',
          ),
      ),
    );

  return group;
}

function countFrom(text: string): number {
  const first = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (first >= 1 && first <= MAX_FIRST) return first;
  const message = `It must be a whole number from 1 to ${MAX_FIRST}.`;
  throw new BadInput({ field: 'first', rule: 'first.range', message });
}
