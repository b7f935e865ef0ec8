import { newId, type Actor, type GroupId } from '#kernel';
import { aDatabase, aGroup, anOrganisation } from '#testing';
import { aReport, aReportDesk, sharedWith } from './report-desk-under-spec.js';

describe('a change of who may see', () => {
  const database = aDatabase();
  let desk: Awaited<ReturnType<typeof aReportDesk>>;
  let bank: Actor;
  let shop: Actor;
  let police: Actor;
  let companies: GroupId;
  let everybody: GroupId;

  beforeAll(async () => {
    desk = await aReportDesk(database);
    [bank, shop, police] = [
      await anOrganisation(database),
      await anOrganisation(database),
      await anOrganisation(database),
    ];
    companies = await aGroup(database, [bank, shop]);
    everybody = await aGroup(database, [bank, shop, police]);
  });
  const eventsAbout = async (actor: Actor, id: string | null) =>
    (await desk.feed(actor))
      .filter(({ subjectId }) => subjectId === id)
      .map(({ type, payload }) => ({ type, payload }));
  const typesAbout = async (actor: Actor, id: string | null) => (await eventsAbout(actor, id)).map(({ type }) => type);
  const finds = async (actor: Actor, text: string) =>
    (await desk.lookUp.run(actor, [text], null, null))[0]?.status === 'FOUND';

  it('narrowing tells exactly those who lose sight, once and by ids only, read or unread', async () => {
    const report = (group: GroupId) => aReport('narrowed.com', { externalId: 'n', audience: sharedWith(group) });
    const { first } = await desk.publish(bank, report(everybody));
    await desk.publish(bank, report(companies));

    const lost = await eventsAbout(police, first.reportId);
    expect(lost.map(({ type }) => type)).toEqual(['report.withdrawn']);
    expect(JSON.parse(lost[0]?.payload ?? '')).toMatchObject({
      data: { id: first.reportId, cause: 'NO_LONGER_SHARED' },
    });
    expect(lost[0]?.payload).not.toContain('narrowed.com');
    expect(await finds(police, 'narrowed.com')).toBe(false);
    // To those who keep sight nothing happened.
    expect(await typesAbout(shop, first.reportId)).toEqual(['report.published']);
    const page = await desk.lists.reports(shop, { first: 1 }, { valuePrefix: 'narrowed.com' });
    expect(page.edges[0]?.node).toMatchObject({ version: 1 });
  });

  it('widening is told to those too who want events about one brand', async () => {
    const impersonates = { organisations: [], brands: ['Fabrikam'] };
    const report = (group: GroupId) =>
      aReport('brand-widened.com', { externalId: 'b', audience: sharedWith(group), impersonates });
    await desk.publish(bank, report(companies));
    await desk.publish(bank, report(everybody));
    const types = (await desk.feed(police, { brands: ['FABRIKAM'] })).map(({ type }) => type);
    expect(types).toContain('report.shared');
  });

  it('what widening told is for those alone who gained sight, and only while they have it', async () => {
    const auditor = await anOrganisation(database);
    const [pair, wider] = [await aGroup(database, [bank, shop]), await aGroup(database, [bank, shop, police, auditor])];
    const report = (group: GroupId) =>
      aReport('to-and-fro.com', { externalId: 'to-and-fro', audience: sharedWith(group) });
    const { first } = await desk.publish(bank, report(pair));
    await desk.publish(bank, report(wider));
    expect(await typesAbout(auditor, first.reportId)).toEqual(['report.published', 'report.shared']);

    await database.sql('select app.leave_group($1, $2)', [wider, auditor.organisationId]);
    expect(await eventsAbout(auditor, first.reportId)).toEqual([]);
    expect(await typesAbout(police, first.reportId)).toEqual(['report.published', 'report.shared']);

    await desk.publish(bank, report(pair));
    await desk.publish(bank, report(everybody));
    await desk.publish(bank, report(pair));
    expect(await typesAbout(shop, first.reportId)).toEqual(['report.published']);
    expect(await typesAbout(police, first.reportId)).toEqual(['report.withdrawn', 'report.withdrawn']);
  });

  it('widening gives the report to those who gain it', async () => {
    const report = (group: GroupId) => aReport('widened.com', { externalId: 'w', audience: sharedWith(group) });
    const { first } = await desk.publish(bank, report(companies));
    expect(await eventsAbout(police, first.reportId)).toEqual([]);
    await desk.publish(bank, report(everybody));
    const gained = await eventsAbout(police, first.reportId);
    expect(gained.map(({ type }) => type)).toContain('report.shared');
    expect(gained.find(({ type }) => type === 'report.shared')?.payload).toContain('widened.com');
    expect(await typesAbout(shop, first.reportId)).toEqual(['report.published']);
    expect(await finds(police, 'widened.com')).toBe(true);
  });

  it('widening together with a new wording never shows the old one to those who gain sight', async () => {
    const report = (group: GroupId, note: string) =>
      aReport('reworded.com', { externalId: 'r', note, audience: sharedWith(group) });
    const { first } = await desk.publish(bank, report(companies, 'the careless wording'));
    await desk.publish(bank, report(everybody, 'the careful wording'));
    const seen = (await eventsAbout(police, first.reportId)).map(({ payload }) => payload).join();
    expect(seen).toContain('the careful wording');
    expect(seen).not.toContain('the careless wording');
  });

  it('narrowing to one side and widening to the other does both', async () => {
    const to = (actor: Actor) => ({ organisations: [actor.organisationId], groups: [], everyone: false });
    const { first } = await desk.publish(bank, aReport('moved.com', { externalId: 'm', audience: to(shop) }));
    await desk.publish(bank, aReport('moved.com', { externalId: 'm', audience: to(police) }));
    expect(await typesAbout(shop, first.reportId)).toEqual(['report.withdrawn']);
    expect(await typesAbout(police, first.reportId)).toContain('report.shared');
  });

  it('a second narrowing leaves the first loser’s notice alone', async () => {
    const report = (audience: ReturnType<typeof sharedWith>) =>
      aReport('twice-narrowed.com', { externalId: 't', audience });
    const { first } = await desk.publish(bank, report(sharedWith(everybody)));
    await desk.publish(bank, report(sharedWith(companies)));
    await desk.publish(bank, report({ organisations: [], groups: [], everyone: false }));
    expect(await typesAbout(police, first.reportId)).toEqual(['report.withdrawn']);
    expect(await typesAbout(shop, first.reportId)).toEqual(['report.withdrawn']);
  });

  describe('joining and leaving a group', () => {
    const join = (group: GroupId, actor: Actor) =>
      database.sql('select app.join_group($1, $2)', [group, actor.organisationId]);
    const leave = (group: GroupId, actor: Actor) =>
      database.sql('select app.leave_group($1, $2)', [group, actor.organisationId]);
    const ended = async (actor: Actor, event: string) =>
      desk.db.as(actor, (tx) =>
        tx.query<{ id: string }[]>(
          `select id from app.ended_reports($1, '00000000-0000-0000-0000-000000000000', 1000)`,
          [event],
        ),
      );

    it('gives one event for a join, never one for each report, and the catalogue by query', async () => {
      const group = await aGroup(database, [bank]);
      await desk.publish(
        bank,
        aReport('before-joining.com', { audience: sharedWith(group) }),
        aReport('also-before.com', { audience: sharedWith(group) }),
      );
      const joiner = await anOrganisation(database);
      await join(group, joiner);
      expect((await desk.feed(joiner)).filter(({ type }) => type === 'access.granted')).toMatchObject([
        { subjectId: group },
      ]);
      expect(await finds(joiner, 'before-joining.com')).toBe(true);
    });

    it('takes the group’s reports from the leaver, leaves it its own, and pages what it lost', async () => {
      const leaver = await anOrganisation(database);
      const group = await aGroup(database, [bank, leaver]);
      const theirs = await desk.publish(
        bank,
        aReport('theirs.com', { externalId: 'theirs', audience: sharedWith(group) }),
      );
      const own = await desk.publish(leaver, aReport('own.com', { audience: sharedWith(group) }));
      const neverSeen = await desk.publish(bank, aReport('never-seen.com'));
      await leave(group, leaver);
      const later = await desk.publish(bank, aReport('later.com', { audience: sharedWith(group) }));
      // Widened to the group after the leaver had gone: never the leaver's to know of.
      await desk.publish(bank, aReport('never-seen.com', { audience: sharedWith(group) }));
      await desk.publish(bank, aReport('theirs.com', { externalId: 'theirs' })); // narrowed afterwards: lost all the same

      expect([
        await finds(leaver, 'theirs.com'),
        await finds(leaver, 'own.com'),
        await finds(leaver, 'later.com'),
      ]).toEqual([false, true, false]);
      expect(await finds(bank, 'own.com')).toBe(true);
      const events = await desk.feed(leaver);
      const [end] = events.filter(({ type }) => type === 'access.ended');
      expect(end).toMatchObject({ subjectId: group });
      expect(events.map(({ subjectId }) => subjectId)).not.toContain(theirs.first.reportId);
      const lost = (await ended(leaver, end?.id ?? '')).map(({ id }) => id);
      expect(lost).toEqual([theirs.first.reportId]);
      for (const one of [own, neverSeen, later]) expect(lost).not.toContain(one.first.reportId);
      // Somebody else's event, or none, has no pages.
      expect(await ended(shop, end?.id ?? '')).toEqual([]);
      expect(await ended(shop, newId())).toEqual([]);
    });

    it('finds what a publisher is publishing while it is taken out of the group', async () => {
      const leaver = await anOrganisation(database);
      const group = await aGroup(database, [shop, leaver]);
      for (let round = 0; round < 15; round++) {
        await join(group, leaver);
        await Promise.all([
          desk
            .publish(leaver, aReport(`in-passing-${round}.com`, { audience: sharedWith(group) }))
            .catch(() => undefined),
          leave(group, leaver),
        ]);
        const rows = await database.sql<{ id: string }>(`select id from report where value = $1`, [
          `in-passing-${round}.com`,
        ]);
        if (rows.length > 0) expect(await finds(leaver, `in-passing-${round}.com`)).toBe(true);
      }
    });

    it('shows a suspended organisation nothing, and gives everything back on reinstatement', async () => {
      const shady = await anOrganisation(database);
      const group = await aGroup(database, [bank, shady]);
      await desk.publish(bank, aReport('while-good.com', { audience: sharedWith(group) }));
      await database.sql('select app.suspend_organisation($1)', [shady.organisationId]);
      await desk.publish(bank, aReport('while-bad.com', { audience: sharedWith(group) }));
      expect([await finds(shady, 'while-good.com'), await finds(shady, 'while-bad.com')]).toEqual([false, false]);
      await database.sql('select app.reinstate_organisation($1)', [shady.organisationId]);
      expect([await finds(shady, 'while-good.com'), await finds(shady, 'while-bad.com')]).toEqual([true, true]);
    });
  });
});
