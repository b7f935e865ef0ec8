import type { Actor, GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';

describe('what left an organisation’s sight with a group', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let bank: Actor;

  beforeAll(async () => {
    desk = await aReportDesk(database);
    bank = await anOrganisation(database);
  });
  const leave = (group: GroupId, actor: Actor) =>
    database.sql('select app.leave_group($1, $2)', [group, actor.organisationId]);
  const publish = async (name: string, ...groups: GroupId[]) =>
    (await desk.publish(bank, aReport(`${name}.com`, { externalId: name, audience: sharedWith(...groups) }))).first
      .reportId ?? '';
  const withdraw = (erase: boolean, ...externalIds: string[]) =>
    desk.withdrawing.run(bank, { externalIds, reason: 'OUTDATED', erase });
  const pageOf = async (actor: Actor, page = 1_000, after = '00000000-0000-0000-0000-000000000000') => {
    const event = (await desk.feed(actor)).find(({ type }) => type === 'access.ended');
    const rows = await desk.db.as(actor, (tx) =>
      tx.query<{ id: string }[]>('select id from app.ended_reports($1, $2, $3)', [event?.id, after, page]),
    );
    return rows.map(({ id }) => id);
  };

  it('is what it saw at that moment, whatever became of it since', async () => {
    const leaver = await anOrganisation(database);
    const group = await aGroup(database, [bank, leaver]);
    const names = ['kept', 'withdrawn', 'erased', 'revived', 'narrowed'];
    const seen: string[] = [];
    for (const name of names) seen.push(await publish(`seen-${name}`, group));
    await leave(group, leaver);
    await withdraw(false, 'seen-withdrawn', 'seen-revived');
    await withdraw(true, 'seen-erased');
    await publish('seen-revived', group);
    await publish('seen-narrowed');
    expect(await pageOf(leaver)).toEqual(seen);
  });

  it('is nothing that was taken back before, that it never saw or that came later', async () => {
    const leaver = await anOrganisation(database);
    const group = await aGroup(database, [bank, leaver]);
    await publish('taken-back', group);
    await publish('taken-back-and-revived', group);
    await publish('private');
    await publish('private-and-taken-back');
    await withdraw(false, 'taken-back', 'taken-back-and-revived', 'private-and-taken-back');
    await leave(group, leaver);
    await publish('taken-back-and-revived', group);
    await publish('private', group);
    await publish('private-and-taken-back', group);
    await publish('later', group);
    expect(await pageOf(leaver)).toEqual([]);
  });

  it('is nothing that another group still shows', async () => {
    const leaver = await anOrganisation(database);
    const [left, kept] = [await aGroup(database, [bank, leaver]), await aGroup(database, [bank, leaver])];
    const lost = await publish('in-one', left);
    await publish('in-both', left, kept);
    await leave(left, leaver);
    expect(await pageOf(leaver)).toEqual([lost]);
  });

  it('comes in pages', async () => {
    const leaver = await anOrganisation(database);
    const group = await aGroup(database, [bank, leaver]);
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) seen.push(await publish(`page-${name}`, group));
    await leave(group, leaver);
    expect([await pageOf(leaver, 2), await pageOf(leaver, 2, seen[1])]).toEqual([seen.slice(0, 2), seen.slice(2)]);
  });

  it('does not count the leaver’s own, which the group and the leaver go on seeing', async () => {
    const leaver = await anOrganisation(database);
    const group = await aGroup(database, [bank, leaver]);
    await desk.publish(leaver, aReport('own-report.com', { externalId: 'own', audience: sharedWith(group) }));
    const taken = await desk.publish(
      leaver,
      aReport('own-taken.com', { externalId: 'taken', audience: sharedWith(group) }),
    );
    await desk.withdrawing.run(leaver, { externalIds: ['taken'], reason: 'MISTAKE', erase: false });
    await leave(group, leaver);
    expect(await pageOf(leaver)).toEqual([]);
    for (const actor of [leaver, bank]) {
      const types = (await desk.feed(actor)).filter(({ subjectId }) => subjectId === taken.first.reportId);
      expect(types.map(({ type }) => type)).toEqual(['report.published', 'report.withdrawn']);
    }
    // Who leaves after that has lost the one that still stood, not the one that was taken back before.
    await leave(group, bank);
    expect(await pageOf(bank)).toHaveLength(1);
  });
});

describe('an erased report', () => {
  const database = aDatabase();

  it('keeps no hash of what it said either, and can be published again', async () => {
    const desk = await aReportDesk(database);
    const bank = await anOrganisation(database);
    const report = aReport('+1 888 872 8010', { externalId: 'e' });
    await desk.publish(bank, report);
    await desk.withdrawing.run(bank, { externalIds: ['e'], reason: 'LEGAL', erase: true });
    expect(await database.sql('select status, content_hash from report')).toEqual([
      { status: 'ERASED', content_hash: Buffer.alloc(0) },
    ]);
    expect((await desk.publish(bank, report)).first).toMatchObject({ status: 'ACCEPTED', version: 2 });
    expect((await desk.lookUp.run(bank, ['+18888728010'], null, null))[0]?.status).toBe('FOUND');
  });
});
