-- Until when an update that its device is at may run, and, where somebody wants it to end, who that is and until when the
-- device may confirm it.
alter table device_update
  add column ends_at timestamptz,
  add column abort_requested_by text,
  add column abort_requested_at timestamptz,
  add column abort_ends_at timestamptz;

-- A quarter of an hour more than the device has, for what it undoes and says by itself.
create function update_ends_at(taken_up_at timestamptz, time_limit_s integer) returns timestamptz language sql immutable
  return taken_up_at + make_interval(secs => time_limit_s + 900);
update device_update u set ends_at = update_ends_at(u.taken_up_at, d.time_limit_s)
from deployment d where d.id = u.deployment_id and u.status = 'in_progress';

create index device_update_deadline on device_update (least(ends_at, abort_ends_at)) where status = 'in_progress';

-- Since when devices have been able to say what they have to say: while nobody listens, no deadline passes.
create table service_time (
  is_only_row boolean primary key default true check (is_only_row),
  up_since timestamptz not null,
  seen_at timestamptz not null
);
