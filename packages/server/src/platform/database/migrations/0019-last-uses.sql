-- Noted once a minute at most, and never set back; null where it never was.
alter table access_token add column last_used_at timestamptz;
alter table account_user add column last_seen_at timestamptz;
