import { ForwardOnly } from './forward-only.js';

/** Admission, suspension, joining and leaving: the operator's changes of who sees what, each in one function. */
export class AccessChanges1763900600000 extends ForwardOnly {
  protected readonly sql = `
    -- Audiences that may change when a group's membership does: those that name it, and those made of them.
    create function app_private.audiences_of_group(wanted uuid) returns int[]
    language sql stable set search_path = '' as $$
      with direct as (select g.audience_id as id from public.audience_grant g where g.group_id = wanted)
      select coalesce(array_agg(a.id), '{}') from (
        select id from direct
        union select x.id from public.audience x where x.all_of && (select array_agg(id) from direct)) a
    $$;

    -- An event about access, for one organisation alone. It wakes the sequencer itself: the operator's command does not.
    create function app_private.announce_access(kind text, organisation uuid, subject uuid, data jsonb) returns uuid
    language sql set search_path = '' as $$
      select pg_notify('crossline_outbox', '');
      select app_private.append_event(organisation, app_private.intern_audience(array[organisation], '{}', false), kind, subject, subject, data)
    $$;

    create function app.admit_organisation(organisation_name text, organisation_kind text, organisation_country text) returns uuid
    language plpgsql security definer set search_path = '' as $$
    declare
      admitted uuid;
    begin
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      insert into public.organisation (name, kind, country) values (organisation_name, organisation_kind, organisation_country)
      returning id into admitted;
      -- What was shared with everyone before stays readable by query; pushed readers get what comes from now on.
      perform app_private.refresh_members(
        array(select a.id from public.audience a where a.everyone
              union select x.id from public.audience x, public.audience e where e.everyone and e.id = any (x.all_of)),
        (select head from public.feed_head));
      return admitted;
    end $$;

    create function app.suspend_organisation(wanted uuid) returns bool
    language plpgsql security definer set search_path = '' as $$
    begin
      update public.organisation o set status = 'SUSPENDED', suspended_at = clock_timestamp() where o.id = wanted and o.status = 'ACTIVE';
      if not found then return false; end if;
      perform app_private.bump_access_epoch();
      return true;
    end $$;

    create function app.reinstate_organisation(wanted uuid) returns bool
    language plpgsql security definer set search_path = '' as $$
    begin
      update public.organisation o set status = 'ACTIVE', suspended_at = null where o.id = wanted and o.status = 'SUSPENDED';
      return found;
    end $$;

    create function app.join_group(wanted_group uuid, joiner uuid) returns bool
    language plpgsql security definer set search_path = '' as $$
    begin
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      insert into public.membership (group_id, organisation_id) values (wanted_group, joiner) on conflict do nothing;
      if not found then return false; end if;
      perform app_private.refresh_members(app_private.audiences_of_group(wanted_group), (select head from public.feed_head));
      perform app_private.announce_access('access.granted', joiner, wanted_group, jsonb_build_object('groupId', wanted_group));
      return true;
    end $$;

    -- What the leaver shared with the group stays shared with it, and visible to the leaver: its rows move to {group, leaver}.
    -- The leaver gets one event that names the group; endedReports pages the ids of what it no longer sees.
    create function app.leave_group(wanted_group uuid, leaver uuid) returns bool
    language plpgsql security definer set search_path = '' as $$
    declare
      affected int[];
      former   int;
      moved_to int;
      cases    uuid[] := '{}';
      lost     int[];
      event    uuid;
    begin
      -- First this, which waits for what the leaver is publishing right now (see audience_for), then the lock.
      delete from public.membership m where m.group_id = wanted_group and m.organisation_id = leaver;
      if not found then return false; end if;
      perform pg_advisory_xact_lock(hashtext('crossline.audiences'));
      affected := app_private.audiences_of_group(wanted_group);

      for former in
        select p.audience_id from public.audience_publisher p join public.audience a on a.id = p.audience_id
         where p.organisation_id = leaver and p.audience_id = any (affected) and a.all_of is null
           and leaver not in (select app_private.members_by_grant(p.audience_id))
      loop
        moved_to := app_private.intern_audience(
          array(select g.organisation_id from public.audience_grant g where g.audience_id = former and g.organisation_id is not null) || leaver,
          array(select g.group_id from public.audience_grant g where g.audience_id = former and g.group_id is not null), false);
        insert into public.audience_publisher (audience_id, organisation_id) values (moved_to, leaver) on conflict do nothing;
        insert into public.former_audience (subject_id, audience_id, from_at, until_at)
        select r.id, former, r.audience_since, clock_timestamp() from public.report r
         where r.organisation_id = leaver and r.audience_id = former and r.status = 'ACTIVE';
        update public.report r set audience_id = moved_to, audience_since = clock_timestamp()
         where r.organisation_id = leaver and r.audience_id = former;
        with moved as (update public.case_file c set audience_id = moved_to where c.organisation_id = leaver and c.audience_id = former returning c.id)
        select cases || coalesce(array_agg(m.id), '{}') into cases from moved m;
        update public.case_interest i set audience_id = moved_to where i.organisation_id = leaver and i.audience_id = former;
        -- Outbox, then feed, then body: see move_events.
        perform 1 from public.outbox o where o.publisher_id = leaver and o.audience_id = former order by o.id for update;
        update public.outbox o set audience_id = moved_to where o.publisher_id = leaver and o.audience_id = former;
        update public.feed f set audience_id = moved_to where f.publisher_id = leaver and f.audience_id = former;
        update public.event_body b set audience_id = moved_to where b.publisher_id = leaver and b.audience_id = former;
      end loop;
      -- The loop has also moved the events of ties that the leaver drew between cases of others.
      cases := cases || array(select l.case_a from public.case_link l where l.organisation_id = leaver and l.audience_id = any (affected));

      select coalesce(array_agg(m.audience_id), '{}') into lost from public.audience_member m
       where m.organisation_id = leaver and m.audience_id = any (affected)
         and leaver not in (select app_private.members_by_grant(m.audience_id));
      perform app_private.refresh_members(affected, (select head from public.feed_head));
      -- Only now: an audience made of others takes its members from theirs, which held the leaver until here.
      if cardinality(cases) > 0 then perform app_private.refresh_links(cases); end if;
      event := app_private.announce_access('access.ended', leaver, wanted_group, jsonb_build_object('groupId', wanted_group));
      insert into public.access_ended values (event, leaver, wanted_group, lost, clock_timestamp());
      perform app_private.bump_access_epoch();
      return true;
    end $$;

    -- Ids of the reports that left the asker's sight with one access.ended event, as they stood at that moment.
    create function app.ended_reports(ended_event uuid, after_id uuid, page int) returns table (id uuid)
    language sql stable security definer set search_path = '' as $$
      select s.id from public.access_ended e cross join lateral (
        select r.id from public.report r
         where r.audience_id = any (e.audience_ids) and r.audience_since <= e.ended_at and r.created_at <= e.ended_at
           and r.status = 'ACTIVE' -- withdrawn ones have a former audience
        union
        select f.subject_id from public.former_audience f
         where f.audience_id = any (e.audience_ids) and f.from_at <= e.ended_at and f.until_at > e.ended_at) s
       where e.event_id = ended_event and e.organisation_id = app.organisation() and s.id > after_id
         and not exists (select 1 from public.report v where v.id = s.id and v.audience_id = any (app.visible_audiences()))
       order by s.id limit page
    $$;

    alter function app_private.audiences_of_group(uuid) owner to crossline_definer;
    alter function app_private.announce_access(text, uuid, uuid, jsonb) owner to crossline_definer;
    alter function app.admit_organisation(text, text, text) owner to crossline_definer;
    alter function app.suspend_organisation(uuid) owner to crossline_definer;
    alter function app.reinstate_organisation(uuid) owner to crossline_definer;
    alter function app.join_group(uuid, uuid) owner to crossline_definer;
    alter function app.leave_group(uuid, uuid) owner to crossline_definer;
    alter function app.ended_reports(uuid, uuid, int) owner to crossline_definer;
    grant execute on function app.admit_organisation(text, text, text), app.suspend_organisation(uuid), app.reinstate_organisation(uuid),
      app.join_group(uuid, uuid), app.leave_group(uuid, uuid) to crossline_operator;
    grant execute on function app.ended_reports(uuid, uuid, int) to crossline_api;
    -- Admission and suspension go through the functions above only: a plain update would not reach the workers.
    revoke insert, update on organisation from crossline_operator;
  `;
}
