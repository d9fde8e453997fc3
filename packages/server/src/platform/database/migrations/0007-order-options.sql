-- Options of an order: when what is still pending ends, and how long a device has to confirm an abort.
alter table deployment
  add column expires_at timestamptz,
  add column abort_deadline_s integer not null default 900;
create index deployment_expiry on deployment (expires_at) where finished_at is null and expires_at is not null;
