import { ForwardOnly } from './forward-only.js';

/**
 * The feed: outbox rows are written in the business transaction, the sequencer gives each the next seq without gaps.
 * `audience_id` is always the current audience, so access is decided when an event is read.
 */
export class Feed1763900300000 extends ForwardOnly {
  protected readonly sql = `
    -- A body is written once, by the publisher. The leaf covers the event id and H(nonce || body), never the audience.
    create table event_body (
      event_id     uuid primary key,
      publisher_id uuid not null,
      audience_id  int not null,
      nonce        bytea check (length(nonce) = 32),
      body         text not null,
      closed_at    timestamptz,   -- its subject was withdrawn: readers get a tombstone in its place
      erased_at    timestamptz    -- nonce and body were replaced by a tombstone; the leaf stays
    );

    create table outbox (
      id             bigint generated always as identity primary key,
      event_id       uuid not null,
      publisher_id   uuid not null,
      audience_id    int not null,
      type           text not null check (type ~ '^[a-z]+[.][a-z]+$'),
      order_key      uuid not null,     -- events of one key reach an endpoint in order: the indicator, the case, the group
      subject_id     uuid not null,     -- the report, case, link or group it is about
      body_hash      bytea not null check (length(body_hash) = 32),
      indicator_type text,
      scam_type      text,
      brands         text[]
    );
    create index on outbox (subject_id);
    alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

    create table feed (
      seq            bigint not null,
      event_id       uuid not null,
      publisher_id   uuid not null,
      audience_id    int not null,
      type           text not null,
      order_key      uuid not null,
      subject_id     uuid not null,
      leaf           bytea not null,
      sequenced_at   timestamptz not null,
      indicator_type text,
      scam_type      text,
      brands         text[],
      primary key (seq)
    ) partition by range (seq);
    create unique index on feed (audience_id, seq);
    create index on feed (subject_id);
    create index on feed (sequenced_at);

    create table feed_head (
      one     bool primary key default true check (one),
      head    bigint not null,
      head_at timestamptz not null,
      epoch   int not null          -- a restored backup starts a new one, or cursors would lie ahead of the feed
    );
    insert into feed_head values (true, 0, now(), (random() * 2000000000)::int);

    create table audience_head (audience_id int primary key, last_seq bigint not null) with (fillfactor = 50);

    -- Raised whenever somebody loses access: a worker that sees it changed starts nothing more and reads again.
    create table access_epoch (one bool primary key default true check (one), epoch bigint not null);
    insert into access_epoch values (true, 1);

    -- What an organisation lost when it left a group: answers endedReports long after.
    create table access_ended (
      event_id        uuid primary key,
      organisation_id uuid not null,
      group_id        uuid not null,
      audience_ids    int[] not null,
      ended_at        timestamptz not null
    );

    alter table feed owner to crossline_definer;

    -- Partitions of 10 M events, the next one made ahead. Nobody but the feed's owner is granted anything on them.
    create function app.prepare_feed_partitions() returns void
    language plpgsql security definer set search_path = '' as $$
    declare
      size constant bigint := 10000000;
      at   bigint := (select head / size from public.feed_head);
    begin
      -- Workers that start together would both find the partition missing.
      perform pg_advisory_xact_lock(hashtext('crossline.partitions'));
      for n in at .. at + 1 loop
        if to_regclass('public.feed_' || n) is null then
          execute format('create table public.feed_%s partition of public.feed for values from (%s) to (%s) with (fillfactor = 90)',
                         n, n * size, (n + 1) * size);
          execute format('alter table public.feed_%s enable row level security', n);
          execute format('alter table public.feed_%s force row level security', n);
        end if;
      end loop;
    end $$;
    grant create on schema public to crossline_definer;
    alter function app.prepare_feed_partitions() owner to crossline_definer;

    -- One batch: the next seqs without gaps, the times strictly rising, the leaf hashed (RFC 6962) in one statement.
    -- Any worker may run it; the lock lives in the transaction that writes, so a paused holder cannot write later.
    -- moved is null when another worker holds the lock. Rows are locked in the order of their ids, here and wherever else
    -- outbox rows are changed, so that nobody waits in a circle.
    create function app.sequence_batch(batch int, id_floor bigint)
    returns table (moved bigint, touched int[], highest_id bigint)
    language plpgsql security definer set search_path = '' as $$
    begin
      if not pg_try_advisory_xact_lock(hashtext('crossline.sequencer')) then
        return query select null::bigint, null::int[], null::bigint;
        return;
      end if;
      return query
      with h as (select f.head, f.head_at from public.feed_head f for update),
       d as (delete from public.outbox o where o.id in
              (select o2.id from public.outbox o2 where o2.id >= id_floor order by o2.id limit batch for update) returning o.*),
       n as (select d.*, h.head + row_number() over w as seq,
                    greatest(statement_timestamp(), h.head_at) + row_number() over w * interval '1 us' as at
               from d, h window w as (order by d.id)),
       i as (insert into public.feed (seq, event_id, publisher_id, audience_id, type, order_key, subject_id, leaf, sequenced_at,
                                      indicator_type, scam_type, brands)
             select n.seq, n.event_id, n.publisher_id, n.audience_id, n.type, n.order_key, n.subject_id,
                    sha256('\\x00'::bytea || uuid_send(n.event_id) || n.body_hash), n.at,
                    n.indicator_type, n.scam_type, n.brands
               from n returning seq, audience_id, sequenced_at),
       a as (insert into public.audience_head select i.audience_id, max(i.seq) from i group by 1 order by 1
             on conflict (audience_id) do update set last_seq = excluded.last_seq),
       u as (update public.feed_head f set head = f.head + (select count(*) from i),
                    head_at = coalesce((select max(i.sequenced_at) from i), f.head_at))
      select count(*), array_agg(distinct i.audience_id), (select max(d.id) from d) from i;
    end $$;
    alter function app.sequence_batch(int, bigint) owner to crossline_definer;
    grant execute on function app.sequence_batch(int, bigint), app.prepare_feed_partitions() to crossline_worker;

    -- Epoch, head and the asking organisation's newest membership as of the calling statement's snapshot; they leave the
    -- server sealed only.
    create function app.feed_position() returns table (epoch int, head bigint, joined bigint)
    language sql stable security definer set search_path = '' as $$
      select f.epoch, f.head, (select coalesce(max(m.joined), 0) from public.audience_member m where m.organisation_id = app.organisation())
        from public.feed_head f where app.organisation() is not null
    $$;
    -- Audiences through which the asking organisation sees what is shared with one of its groups.
    create function app.group_audiences(wanted uuid) returns int[]
    language sql stable security definer set search_path = '' as $$
      select coalesce(array_agg(g.audience_id), '{}') from public.audience_grant g
       where g.group_id = wanted and wanted = any (app.my_groups()) and g.audience_id = any (app.visible_audiences())
    $$;
    -- Where the asking organisation's newer memberships began, for readers that continue from a cursor.
    create function app.memberships_since(after bigint) returns table (audience_id int, since_seq bigint)
    language sql stable security definer set search_path = '' as $$
      select m.audience_id, m.since_seq from public.audience_member m
       where m.organisation_id = app.organisation() and m.joined > after
    $$;
    -- The next places of what the asking organisation may see, all or what is shared with one group: the first of each
    -- audience, merged. Of a membership newer than the one the reader knew, only what came after it began.
    -- Each audience must be read through its own index, whatever the statistics say: the planner would rather sort all
    -- of it, or walk the whole feed for a rare one. So no sort and no bitmap inside, and no equality, which would let
    -- the order by seq alone do.
    create function app.next_seqs(after bigint, known_joined bigint, wanted_group uuid, page int) returns setof bigint rows 100
    language sql stable security definer set search_path = '' set enable_sort = off set enable_bitmapscan = off as $$
      with starts as materialized (
        select a.id, greatest(after, m.since_seq) as seq
          from unnest(case when wanted_group is null then app.visible_audiences() else app.group_audiences(wanted_group) end) a (id)
          left join app.memberships_since(known_joined) m on m.audience_id = a.id)
      select s.seq from starts a cross join lateral (
        select f.seq from public.feed f
         where f.audience_id between a.id and a.id and f.seq > a.seq order by f.audience_id, f.seq limit page) s
       order by s.seq limit page
    $$;
    alter function app.feed_position() owner to crossline_definer;
    alter function app.memberships_since(bigint) owner to crossline_definer;
    alter function app.group_audiences(uuid) owner to crossline_definer;
    alter function app.next_seqs(bigint, bigint, uuid, int) owner to crossline_definer;
    grant execute on function app.feed_position(), app.memberships_since(bigint), app.group_audiences(uuid),
      app.next_seqs(bigint, bigint, uuid, int) to crossline_api;

    -- An event made by the database itself: ids only.
    create function app_private.append_event(publisher uuid, audience int, kind text, subject uuid, ordering uuid, data jsonb,
                                             indicator text default null, scam text default null, brand text[] default null)
    returns uuid language plpgsql set search_path = '' as $$
    declare
      event uuid := uuidv7();
      salt  bytea := public.gen_random_bytes(32);
      text  text := json_build_object('type', kind, 'timestamp',
                      to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', data)::text;
    begin
      insert into public.event_body (event_id, publisher_id, audience_id, nonce, body) values (event, publisher, audience, salt, text);
      insert into public.outbox (event_id, publisher_id, audience_id, type, order_key, subject_id, body_hash, indicator_type, scam_type, brands)
      values (event, publisher, audience, kind, ordering, subject, sha256(salt || convert_to(text, 'UTF8')), indicator, scam, brand);
      return event;
    end $$;

    create function app_private.bump_access_epoch() returns void
    language sql set search_path = '' as $$
      update public.access_epoch set epoch = epoch + 1;
      select pg_notify('crossline_access', '');
    $$;

    alter function app_private.append_event(uuid, int, text, uuid, uuid, jsonb, text, text, text[]) owner to crossline_definer;
    alter function app_private.bump_access_epoch() owner to crossline_definer;

    alter table event_body enable row level security;
    alter table event_body force row level security;
    alter table outbox enable row level security;
    alter table outbox force row level security;
    alter table feed enable row level security;
    alter table feed force row level security;
    alter table feed_head enable row level security;
    alter table feed_head force row level security;
    alter table audience_head enable row level security;
    alter table audience_head force row level security;
    alter table access_epoch enable row level security;
    alter table access_epoch force row level security;
    alter table access_ended enable row level security;
    alter table access_ended force row level security;

    create policy seen on feed for select to crossline_api using (audience_id = any ((select app.visible_audiences())::int[]));
    create policy seen on event_body for select to crossline_api using (audience_id = any ((select app.visible_audiences())::int[]));
    create policy published on event_body for insert to crossline_api with check (publisher_id = (select app.organisation()));
    create policy published on outbox for insert to crossline_api with check (publisher_id = (select app.organisation()));
    create policy own on access_ended for select to crossline_api using (organisation_id = (select app.organisation()));
    create policy watched on access_epoch for select to crossline_worker using (true);
    grant select on feed, access_ended to crossline_api;
    grant select, insert on event_body to crossline_api;
    grant insert on outbox to crossline_api;
    grant select on access_epoch to crossline_worker;
  `;
}
