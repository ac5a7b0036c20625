-- Shared by several scripts: how a cursor stands to the configurations in force. It has these fields, ms by the clock of Redis:
--
--   alive    when a process whose configuration names it last said so
--   removed  when a configuration that lacks it was applied, the first since one that names it was
--   absent   when a process whose configuration lacks it last said so, since then
--
-- It has left when it was missed for a whole minute by somebody who runs, and named by nobody. A relay that was switched off
-- says nothing of it, and where old and new configurations are in force side by side, as in a rolling restart, somebody names it.

local LEFT_AFTER = 60000

local function isAlive(cursor, now)
  return now - tonumber(redis.call('HGET', cursor, 'alive') or 0) < LEFT_AFTER
end

local function hasLeft(cursor)
  local stamps = redis.call('HMGET', cursor, 'alive', 'removed', 'absent')
  local alive, removed, absent = tonumber(stamps[1] or 0), tonumber(stamps[2] or nil), tonumber(stamps[3] or nil)
  return removed ~= nil and absent ~= nil and absent - math.max(alive, removed) > LEFT_AFTER
end
