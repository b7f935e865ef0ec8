import { ForwardOnly } from './forward-only.js';

/**
 * Reports: one organisation's statement about an indicator. The value stands in the statement, not in a row that
 * competitors share: nobody waits for or learns from another's row, and erasing a statement erases its copy of the value.
 */
export class Reports1763900400000 extends ForwardOnly {
  protected readonly sql = `
    -- No foreign keys: organisations and audiences are never deleted, the policy holds organisation_id to the signed
    -- context, and the checks would be half the cost of an insert and lock one row for every publisher at once.
    create table report (
      id                uuid primary key,
      organisation_id   uuid not null,
      dedupe_key        text not null,          -- 'x:' + external id, or 'i:' + indicator id when there is none
      external_id       text,
      batch_id          uuid not null,
      status            text not null default 'ACTIVE' check (status in ('ACTIVE', 'WITHDRAWN', 'ERASED')),
      version           int not null default 1,
      content_hash      bytea not null,
      audience_id       int not null,
      audience_since    timestamptz not null default clock_timestamp(),
      indicator_id      uuid not null,
      indicator_type    text not null,
      value             text collate "C" not null,
      raw_text          text not null,
      attributes        jsonb not null default '{}',
      aggregation_keys  text[] not null default '{}',
      role              text not null,
      scam_type         text not null,
      confidence        smallint not null check (confidence between 0 and 100),
      tlp               text not null check (tlp in ('RED', 'AMBER_STRICT', 'AMBER', 'GREEN', 'CLEAR')),
      first_seen        timestamptz,
      last_seen         timestamptz,
      brands            text[] not null default '{}',
      impersonated      uuid[] not null default '{}',
      source            text not null,
      source_reference  text,
      victim_countries  text[] not null default '{}',
      victim_count      text,
      note              text,
      created_at        timestamptz not null default clock_timestamp(),
      updated_at        timestamptz not null default clock_timestamp(),
      withdrawn_at      timestamptz,
      withdraw_reason   text,
      unique (organisation_id, dedupe_key)
    );
    create index report_newest on report (audience_id, id desc) where status = 'ACTIVE';
    create index report_indicator on report (indicator_id, id desc) where status = 'ACTIVE';
    create index report_batch on report (organisation_id, batch_id);

    -- Under which audience a report stood before: answers, years later, what left an organisation's sight when.
    create table former_audience (
      subject_id  uuid not null,
      audience_id int not null,
      from_at     timestamptz not null,
      until_at    timestamptz not null
    );
    create index on former_audience (audience_id);

    create table idempotency (
      organisation_id uuid not null references organisation,
      operation       text not null,
      key             text not null,
      fingerprint     bytea not null,
      response        text,
      created_at      timestamptz not null default clock_timestamp(),
      primary key (organisation_id, operation, key)
    );
    create index on idempotency (created_at);

    -- Brands as filters compare them: as the events of a publication carry them, without regard to case and outer space.
    create function app_private.brand_keys(brands text[]) returns text[]
    language sql immutable set search_path = '' as $$
      select array_agg(lower(btrim(normalize(b, NFKC)) collate "pg_unicode_fast")) from unnest(brands) b
    $$;
    alter function app_private.brand_keys(text[]) owner to crossline_definer;

    -- Who is in the first audience and not in the second.
    create function app_private.only_in(first int, second int) returns uuid[]
    language sql stable set search_path = '' as $$
      select coalesce(array_agg(m.organisation_id), '{}') from public.audience_member m
       where m.audience_id = first
         and not exists (select 1 from public.audience_member n where n.audience_id = second and n.organisation_id = m.organisation_id)
    $$;

    -- Kinds of event that take something back: ids only, addressed to those who lose sight. They supersede what is still
    -- set aside about their subject.
    create function app_private.takes_back(kind text) returns bool
    language sql immutable set search_path = '' as $$ select kind like '%.withdrawn' or kind = 'case.unlinked' $$;
    alter function app_private.takes_back(text) owner to crossline_definer;

    -- Moves the events about these subjects to an audience. Outbox, then feed, then body, each with a snapshot of its own:
    -- the other way round, a row that the sequencer moves meanwhile would keep its old audience.
    -- Notices of withdrawal and unlinking stay where they are: they were addressed to those who lost sight. What was told
    -- to those who gained it stays theirs while they see the subject: to the others it would tell of former audiences.
    create function app_private.move_events(publisher uuid, subjects uuid[], wanted int) returns void
    language plpgsql set search_path = '' as $$
    begin
      perform 1 from public.outbox o where o.subject_id = any (subjects) order by o.id for update; -- see sequence_batch
      update public.outbox o
         set audience_id = case when o.type like '%.shared' then app_private.intern_narrower(o.audience_id, wanted) else wanted end
       where o.subject_id = any (subjects) and o.publisher_id = publisher and not app_private.takes_back(o.type);
      update public.feed f
         set audience_id = case when f.type like '%.shared' then app_private.intern_narrower(f.audience_id, wanted) else wanted end
       where f.subject_id = any (subjects) and f.publisher_id = publisher and not app_private.takes_back(f.type);
      update public.event_body b set audience_id = e.audience_id
        from (select o.event_id, o.audience_id from public.outbox o
               where o.subject_id = any (subjects) and o.publisher_id = publisher and not app_private.takes_back(o.type)
              union all
              select f.event_id, f.audience_id from public.feed f
               where f.subject_id = any (subjects) and f.publisher_id = publisher and not app_private.takes_back(f.type)) e
       where b.event_id = e.event_id;
    end $$;

    -- What is sent in place of an event whose subject has been withdrawn: the same for every reader and every time.
    create function app.tombstone(kind text, subject uuid) returns text
    language sql immutable set search_path = '' as $$
      select json_build_object('type', kind, 'data', json_build_object('id', subject, 'withdrawn', true))::text
    $$;

    -- From now on readers get a tombstone for the content of these subjects; erasing puts it in the body's place.
    create function app_private.close_events(publisher uuid, subjects uuid[], erase bool) returns void
    language sql set search_path = '' as $$
      update public.event_body b
         set closed_at = coalesce(b.closed_at, clock_timestamp()),
             erased_at = case when erase then clock_timestamp() else b.erased_at end,
             nonce = case when erase then null else b.nonce end,
             body = case when erase then app.tombstone(e.type, e.subject_id) else b.body end
        from (select o.event_id, o.type, o.subject_id from public.outbox o
               where o.subject_id = any (subjects) and o.publisher_id = publisher and not app_private.takes_back(o.type)
              union all
              select f.event_id, f.type, f.subject_id from public.feed f
               where f.subject_id = any (subjects) and f.publisher_id = publisher and not app_private.takes_back(f.type)) e
       where b.event_id = e.event_id
    $$;

    -- One notice for each report, ids only, addressed to one audience.
    create function app_private.announce_withdrawn(reports uuid[], wanted int, cause text) returns void
    language sql set search_path = '' as $$
      with e as materialized (
        select uuidv7() as event_id, public.gen_random_bytes(32) as nonce, r.id, r.organisation_id, r.indicator_id, r.indicator_type,
               r.scam_type, app_private.brand_keys(r.brands) as brands, coalesce(wanted, r.audience_id) as audience_id,
               json_build_object('type', 'report.withdrawn',
                 'timestamp', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 'data', json_build_object('id', r.id, 'indicatorId', r.indicator_id, 'organisationId', r.organisation_id,
                                           'cause', cause))::text as body
          from public.report r where r.id = any (reports) order by r.id),
       b as (insert into public.event_body (event_id, publisher_id, audience_id, nonce, body)
             select event_id, organisation_id, audience_id, nonce, body from e)
      insert into public.outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, indicator_type, scam_type, brands)
      select event_id, organisation_id, audience_id, 'report.withdrawn', indicator_id, id,
             sha256(nonce || convert_to(body, 'UTF8')), indicator_type, scam_type, brands from e
    $$;

    -- Withdraws the asking organisation's reports; answers with those that were active. Erasing replaces what they say.
    create function app.withdraw_reports(reports uuid[], reason text, erase bool) returns setof uuid
    language plpgsql security definer set search_path = '' as $$
    declare
      me     uuid := app.organisation();
      owned  uuid[];
      active uuid[];
    begin
      select coalesce(array_agg(l.id), '{}'), coalesce(array_agg(l.id) filter (where l.status = 'ACTIVE'), '{}') into owned, active
        from (select r.id, r.status from public.report r
               where r.id = any (reports) and r.organisation_id = me and r.status <> 'ERASED' order by r.id for update) l;
      if cardinality(owned) = 0 then return; end if;
      update public.report r set status = 'WITHDRAWN', withdrawn_at = clock_timestamp(), withdraw_reason = reason where r.id = any (active);
      -- It may be published again: that it was seen until now must outlive that.
      insert into public.former_audience (subject_id, audience_id, from_at, until_at)
      select r.id, r.audience_id, r.audience_since, r.withdrawn_at from public.report r where r.id = any (active);
      perform app_private.announce_withdrawn(active, null, reason);
      if erase then
        update public.report r
           set status = 'ERASED', value = '', raw_text = '', attributes = '{}', aggregation_keys = '{}', note = null, source_reference = null,
               brands = '{}', impersonated = '{}', victim_countries = '{}', victim_count = null, first_seen = null, last_seen = null,
               content_hash = '' -- a hash without salt: what it was made of could be searched for
         where r.id = any (owned);
      end if;
      perform app_private.close_events(me, owned, erase);
      return query select unnest(case when erase then owned else active end);
    end $$;

    -- Gives the asking organisation's reports another audience. Those who lose sight get one notice for each report, ids
    -- only; those who gain it get the report. When the content changes too, what it said before is closed, so that
    -- widening never shows an earlier wording.
    create function app.readdress_reports(reports uuid[], wanted int, content_changes bool) returns void
    language plpgsql security definer set search_path = '' as $$
    declare
      me      uuid := app.organisation();
      former  int;
      moving  uuid[];
      losers  uuid[];
      gainers uuid[];
    begin
      -- Nobody joins or leaves between the finding of who loses sight and the change.
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      for former, moving in
        select l.audience_id, array_agg(l.id) from
          (select r.id, r.audience_id from public.report r
            where r.id = any (reports) and r.organisation_id = me and r.audience_id <> wanted order by r.id for update) l
         group by 1
      loop
        losers := app_private.only_in(former, wanted);
        gainers := app_private.only_in(wanted, former);
        perform app_private.move_events(me, moving, wanted);
        if content_changes and cardinality(gainers) > 0 then perform app_private.close_events(me, moving, false); end if;
        insert into public.former_audience (subject_id, audience_id, from_at, until_at)
        select r.id, r.audience_id, r.audience_since, clock_timestamp() from public.report r where r.id = any (moving);
        update public.report r set audience_id = wanted, audience_since = clock_timestamp() where r.id = any (moving);
        if cardinality(losers) > 0 then
          perform app_private.announce_withdrawn(moving, app_private.intern_audience(losers, '{}', false), 'NO_LONGER_SHARED');
          perform app_private.bump_access_epoch();
        end if;
        if cardinality(gainers) > 0 and not content_changes then
          perform app_private.announce_shared(
            moving, app_private.intern_narrower(app_private.intern_audience(gainers, '{}', false), wanted));
        end if;
      end loop;
    end $$;

    -- The report as its newest event tells it, addressed to those who have just gained sight of it.
    create function app_private.announce_shared(reports uuid[], wanted int) returns void
    language sql set search_path = '' as $$
      with newest as (
        select distinct on (c.subject_id) c.subject_id, b.body from (
          select o.event_id, o.subject_id, 1 as place, o.id as at from public.outbox o
           where o.subject_id = any (reports) and o.type in ('report.published', 'report.updated')
          union all
          select f.event_id, f.subject_id, 0, f.seq from public.feed f
           where f.subject_id = any (reports) and f.type in ('report.published', 'report.updated')) c
          join public.event_body b on b.event_id = c.event_id and b.erased_at is null
         order by c.subject_id, c.place desc, c.at desc),
       e as materialized (
        select uuidv7() as event_id, public.gen_random_bytes(32) as nonce, r.id, r.organisation_id, r.indicator_id, r.indicator_type,
               r.scam_type, app_private.brand_keys(r.brands) as brands,
               json_build_object('type', 'report.shared',
                 'timestamp', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                 'data', n.body::json -> 'data')::text as body
          from public.report r join newest n on n.subject_id = r.id where r.status = 'ACTIVE' order by r.id),
       b as (insert into public.event_body (event_id, publisher_id, audience_id, nonce, body)
             select event_id, organisation_id, wanted, nonce, body from e)
      insert into public.outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, indicator_type, scam_type, brands)
      select event_id, organisation_id, wanted, 'report.shared', indicator_id, id,
             sha256(nonce || convert_to(body, 'UTF8')), indicator_type, scam_type, brands from e
    $$;

    alter function app_private.only_in(int, int) owner to crossline_definer;
    alter function app_private.move_events(uuid, uuid[], int) owner to crossline_definer;
    alter function app_private.close_events(uuid, uuid[], bool) owner to crossline_definer;
    alter function app_private.announce_withdrawn(uuid[], int, text) owner to crossline_definer;
    alter function app_private.announce_shared(uuid[], int) owner to crossline_definer;
    alter function app.withdraw_reports(uuid[], text, bool) owner to crossline_definer;
    alter function app.readdress_reports(uuid[], int, bool) owner to crossline_definer;
    grant execute on function app.withdraw_reports(uuid[], text, bool), app.readdress_reports(uuid[], int, bool),
      app.tombstone(text, uuid) to crossline_api;
    grant execute on function app.tombstone(text, uuid) to crossline_worker;

    alter table report enable row level security;
    alter table report force row level security;
    alter table former_audience enable row level security;
    alter table former_audience force row level security;
    alter table idempotency enable row level security;
    alter table idempotency force row level security;

    create policy seen on report for select to crossline_api using (audience_id = any ((select app.visible_audiences())::int[]));
    create policy published on report for insert to crossline_api with check (organisation_id = (select app.organisation()));
    create policy updated on report for update to crossline_api
      using (organisation_id = (select app.organisation())) with check (organisation_id = (select app.organisation()));
    create policy own on idempotency to crossline_api
      using (organisation_id = (select app.organisation())) with check (organisation_id = (select app.organisation()));
    grant select, insert, update on report to crossline_api;
    grant select, insert, update on idempotency to crossline_api;

    -- Answers to repeated calls are kept for a day.
    create function app.forget_old_answers() returns bigint
    language sql security definer set search_path = '' as $$
      with gone as (delete from public.idempotency where created_at < clock_timestamp() - interval '24 hours' returning 1)
      select count(*) from gone
    $$;
    alter function app.forget_old_answers() owner to crossline_definer;
    grant execute on function app.forget_old_answers() to crossline_worker;
  `;
}
