-- Orders that wait: until a time, or until a person lets them go on.
alter table deployment
  add column start_at timestamptz,
  -- When the devices of one that had to wait for its time were woken.
  add column start_noticed_at timestamptz,
  add column paused_at timestamptz,
  add column paused_by text,
  add column supersedes text not null default 'none' check (supersedes in ('none', 'same_flow', 'same_app'));
create index deployment_start on deployment (start_at) where start_at is not null and start_noticed_at is null;

-- Whether a device may take up a pending update of this deployment now.
create function may_start(deployment) returns boolean language sql stable
  return $1.paused_at is null and ($1.start_at is null or $1.start_at <= tideway_now());
