-- The numbers that a device has said of itself last. Beside the device: what changes every hour must not rewrite it.
create table device_metrics (
  device_id bigint primary key references device (id) on delete cascade,
  noted_at timestamptz not null,
  metrics jsonb not null
);
