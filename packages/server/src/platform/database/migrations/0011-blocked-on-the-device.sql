-- Since when software on the device itself lets it take up no update, and why.
alter table device
  add column blocked_since timestamptz,
  add column blocked_reason text;

-- Whether the device may take up an update at all.
create function takes_up_updates(device) returns boolean language sql immutable
  return $1.deleted_at is null and $1.held_at is null and not $1.needs_approval and not $1.update_trigger_on
         and $1.blocked_since is null;
