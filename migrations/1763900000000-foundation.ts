import { ForwardOnly } from './forward-only.js';

/** Roles, schemas, and the signed context that says for which organisation a transaction acts. */
export class Foundation1763900000000 extends ForwardOnly {
  protected readonly sql = `
    create extension if not exists pgcrypto;

    -- Roles belong to the whole server, so another database may have made them already.
    do $$ begin create role crossline_definer nologin bypassrls; exception when duplicate_object then null; end $$;
    do $$ begin create role crossline_api nologin nobypassrls; exception when duplicate_object then null; end $$;
    do $$ begin create role crossline_worker nologin nobypassrls; exception when duplicate_object then null; end $$;
    do $$ begin create role crossline_operator nologin nobypassrls; exception when duplicate_object then null; end $$;

    revoke create on schema public from public;
    -- app: functions that runtime roles may call. app_private: what they must not reach.
    create schema app;
    create schema app_private;
    grant usage on schema app to crossline_api, crossline_worker, crossline_operator;
    grant usage, create on schema app, app_private to crossline_definer;
    grant usage on schema public to crossline_definer, crossline_api, crossline_worker, crossline_operator;
    alter default privileges revoke execute on functions from public;
    -- Whatever a migration creates, the owner of the definer functions may use; nobody else may, unless granted.
    alter default privileges in schema public, app_private grant all on tables to crossline_definer;
    alter default privileges in schema public, app_private grant all on sequences to crossline_definer;
    alter default privileges in schema app, app_private grant execute on functions to crossline_definer;

    -- HMAC-SHA256 with the padded key kept ready (RFC 2104): H(outer || H(inner || message)).
    create table app_private.context_key (
      one        bool primary key default true check (one),
      inner_pad  bytea not null check (length(inner_pad) = 64),
      outer_pad  bytea not null check (length(outer_pad) = 64),
      secret_check bytea not null
    );

    -- Anyone who can run SQL can set a setting, so the context carries a MAC whose key runtime roles cannot read.
    -- Form: v1.<organisation uuid>.<expiry, Unix ms>.<64 hex digits>
    create function app_private.context_organisation() returns uuid
    language plpgsql stable set search_path = '' as $$
    declare
      context text := current_setting('app.context', true);
      payload text;
      mac     text;
    begin
      if context is null or context = '' then return null; end if;
      payload := left(context, -65);
      mac := right(context, 64);
      perform 1 from app_private.context_key k
       where encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(payload, 'UTF8'))), 'hex') = mac;
      if not found then return null; end if;
      if split_part(payload, '.', 1) <> 'v1' then return null; end if;
      if split_part(payload, '.', 3)::bigint < extract(epoch from clock_timestamp()) * 1000 then return null; end if;
      return split_part(payload, '.', 2)::uuid;
    end $$;
  `;
}
