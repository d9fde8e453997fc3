-- A server that was away ends expired orders only some time after it is back: until then no device begins them, either.
create or replace function may_start(deployment) returns boolean language sql stable
  return $1.paused_at is null and $1.failure_limit_reached_at is null
         and ($1.start_at is null or $1.start_at <= tideway_now())
         and ($1.expires_at is null or $1.expires_at > tideway_now());
