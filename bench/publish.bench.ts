import type { Written, WritingQuestion } from './baseline-writer.process.js';
import { alternately, amount, compare, type Answer, type BenchOptions } from './harness.js';
import { withInstance } from './instance.js';
import { startHelper } from './processes.js';
import { Publishers, publishing } from './publishing.js';

const ROWS_EACH_RUN = 40_000;

/** Bulk publishing through GraphQL, next to a bare COPY and to TypeORM's insert builder. */
export const publish = ({ scale, profile, ...options }: BenchOptions): Promise<Answer> =>
  withInstance(async (instance, keep) => {
    const { clients, rowsEachCall } = publishing;
    const rows = Math.max(clients, Math.round((ROWS_EACH_RUN * scale) / rowsEachCall)) * rowsEachCall;
    const publisher = await instance.member('Publisher');
    await instance.member('Reader');
    const api = keep(await instance.startApi(profile));
    const publishers = keep(await Publishers.start(instance, publisher, api.url));
    const writer = keep(await startHelper('./baseline-writer.process.js'));

    const publishAnew = async () => {
      await publishers.prepare(rows);
      await instance.reset();
      return publishers.go();
    };
    const write = async (question: WritingQuestion) => {
      await instance.reset();
      const { rows: written, seconds } = await writer.ask<Written>(question);
      return written / seconds;
    };

    // Warms the API, and leaves the rows that the baselines write again.
    await publishAnew();
    await publishAnew();
    const { ownerUrl, secretText: secret } = instance;
    await writer.ask({ step: 'read', ownerUrl, apiUrl: instance.urlOf('api'), secret } satisfies WritingQuestion);

    const unit = 'rows/s';
    const [graphql, reports, values, builder] = await alternately(options, [
      { name: 'publishReports over GraphQL', unit, run: publishAnew },
      { name: 'COPY of the reports', unit, run: () => write({ step: 'copy-reports' }) },
      { name: 'COPY of id, type and value alone', unit, run: () => write({ step: 'copy-values' }) },
      {
        name: 'TypeORM insert builder, same tables',
        unit,
        run: () => write({ step: 'typeorm', clients, rowsEachCall }),
      },
    ]);
    return {
      title: 'Bulk publish',
      findings: [
        compare(graphql, reports, { atLeast: 0.12 }),
        compare(graphql, values),
        compare(graphql, builder, { atLeast: 1 }),
      ],
      notes: [
        `${clients} clients, ${amount(rowsEachCall)} rows a call, ${amount(rows)} rows a run, every row new, with its fields filled in, and shared with a group; tables emptied before each run, no worker running.`,
        'Both COPYs take text made beforehand into one table without an index: all canonical columns of the reports, or only id, type and value. GraphQL writes each report, its event body and its outbox row, with eight indexes, under the policies, and answers row by row.',
        'The insert builder is given rows, bodies and hashes ready made: it neither parses nor canonicalises nor answers anybody.',
        'Where the time goes: a row takes the API’s one thread about 95 µs (reading and canonicalising it a fifth, collecting garbage a sixth, GraphQL’s check of the variables an eighth, the event body a tenth) and PostgreSQL about 50 on the other core, against 10 for a COPY. 0.12 would leave the API 80.',
      ],
    };
  });
