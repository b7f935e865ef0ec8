import type { Instance, Member } from './instance.js';
import { startHelper, type Helper } from './processes.js';
import type { Published, PublishingQuestion } from './publishing-client.process.js';

const CLIENTS = 4;
const ROWS_EACH_CALL = 1_000;

/** How publishing is measured everywhere here: so many clients at once, so many rows a call. */
export const publishing = { clients: CLIENTS, rowsEachCall: ROWS_EACH_CALL } as const;

/** Partners who publish, in a process of their own. No two rows it ever sends are about the same indicator. */
export class Publishers {
  private sent = 0;

  private constructor(
    private readonly helper: Helper,
    private readonly instance: Instance,
    private readonly as: Member,
    private readonly url: string,
  ) {}

  static async start(instance: Instance, as: Member, url: string): Promise<Publishers> {
    return new Publishers(await startHelper('./publishing-client.process.js'), instance, as, url);
  }

  /** Makes the bodies of so many rows, rounded up to whole calls. */
  async prepare(rows: number): Promise<void> {
    const whole = Math.ceil(rows / ROWS_EACH_CALL) * ROWS_EACH_CALL;
    const { apiKey } = this.as;
    await this.helper.ask({
      ...{ step: 'prepare', url: this.url, apiKey, groupId: this.instance.groupId },
      ...{ from: this.sent, rows: whole, rowsEachCall: ROWS_EACH_CALL },
    } satisfies PublishingQuestion);
    this.sent += whole;
  }

  /** Sends what was prepared. Answers with rows a second; throws when a row was not accepted. */
  async go(): Promise<number> {
    const { sent, accepted, seconds } = await this.helper.ask<Published>({
      step: 'go',
      clients: CLIENTS,
    } satisfies PublishingQuestion);
    if (accepted !== sent) throw new Error(`${sent - accepted} of ${sent} rows were not accepted`);
    return accepted / seconds;
  }

  stop(): Promise<void> {
    return this.helper.stop();
  }
}
