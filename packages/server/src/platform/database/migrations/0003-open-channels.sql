-- A server that runs. What is connected to it is online until its lease is over, however it ended.
create table server_lease (
  id text primary key,
  ends_at timestamptz not null
);

-- Where a device holds a channel open, and which one: only the end of this one makes it offline.
alter table device_presence add column server_id text, add column session text;
create index device_presence_server on device_presence (server_id) where server_id is not null;
