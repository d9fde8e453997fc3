-- How many updates of an order may fail, as a number or as a percentage, when that was reached, and of which deployment an
-- order is the retry.
alter table deployment
  add column max_failures integer,
  add column max_failures_percent double precision,
  add column failure_limit_reached_at timestamptz,
  add column retry_of bigint references deployment,
  add constraint deployment_failure_limit_kind check (max_failures is null or max_failures_percent is null);
create index deployment_over_limit on deployment (id) where failure_limit_reached_at is not null and finished_at is null;

create or replace function may_start(deployment) returns boolean language sql stable
  return $1.paused_at is null and $1.failure_limit_reached_at is null
         and ($1.start_at is null or $1.start_at <= tideway_now());

-- A percentage is of the updates with a result, of which ten are assumed (or all, where there are fewer): the first
-- failure would be a hundred percent otherwise.
create function reaches_failure_limit(deployment, deployment_count) returns boolean language sql immutable
  return $2.failed > 0 and coalesce(
    $2.failed >= $1.max_failures,
    $2.failed * 100.0 >= $1.max_failures_percent * greatest($2.success + $2.failed, least(10, $1.devices)),
    false);

-- Since when the device takes up no new update.
alter table device add column update_trigger_since timestamptz;
update device set update_trigger_since = tideway_now() where update_trigger_on;
