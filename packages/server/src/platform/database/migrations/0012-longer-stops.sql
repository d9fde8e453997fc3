-- Until when a device that was told to stop is in a step that must not be interrupted, or undoes what it did: by its own
-- word, and counted while it is online.
alter table device_update add column stopping_until timestamptz;
