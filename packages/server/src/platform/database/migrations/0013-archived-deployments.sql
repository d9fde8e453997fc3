-- What is finished for long is archived: from then on its rows count as gone, and they are removed part by part.
alter table deployment
  add column archived_at timestamptz,
  -- Up to which of its devices the rows of an archived deployment are removed; null where none is left.
  add column removed_to_device_id bigint;
create index deployment_to_archive on deployment (finished_at) where finished_at is not null and archived_at is null;
create index deployment_archived on deployment (id) where archived_at is not null;
create index deployment_to_remove on deployment (id) where removed_to_device_id is not null;

-- Of the updates of a device that are removed, the newest, and the deployment of the newest that it had taken up: a
-- device's last update does not change when rows are removed.
create table device_archived_update (
  device_id bigint primary key,
  deployment_id bigint not null,
  status text not null,
  taken_up_deployment_id bigint
);
