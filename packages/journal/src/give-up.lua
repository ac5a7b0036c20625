-- Shared by several scripts: gives a cursor up. What it had not settled counts as discarded; its dead letters stay.

-- Open deliveries given up at once.
local MOST_GIVEN_UP = 5000

-- `group` is the cursor as XINFO tells of it, or as much of that as is known where its group is missing. Answers how many messages
-- that discarded, and whether the cursor is gone now: what is open may take several calls.
local function giveUp(log, prefix, group)
  local cursor, open, totals = prefix .. 'cursor:' .. group.name, prefix .. 'open:' .. group.name, prefix .. 'totals'
  local kept = tonumber(redis.call('HGET', totals, 'kept') or 0)
  local waiting = kept - (ordinalAt(log, group['last-delivered-id'], kept))
  local entries = redis.call('ZRANGE', open, 0, MOST_GIVEN_UP - 1)
  for _, entry in ipairs(entries) do
    release(prefix, entry)
    redis.call('ZREM', open, entry)
  end
  local discarded = #entries
  local gone = redis.call('EXISTS', open) == 0
  if not gone then
    redis.call('HINCRBY', cursor, 'discarded', discarded)
  else
    redis.call('XGROUP', 'DESTROY', log, group.name)
    redis.call('DEL', cursor)
    redis.call('SREM', prefix .. 'cursors', group.name)
    discarded = discarded + waiting + group.pending
  end
  redis.call('HINCRBY', totals, 'discarded', discarded)
  return discarded, gone
end

-- The cursors that the log has, by name.
local function groupsOf(log)
  local groups = {}
  if redis.call('EXISTS', log) == 0 then return groups end
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local group = mapOf(raw)
    groups[group.name] = group
  end
  return groups
end

-- One whose group is missing will be made again at its saved floor, or at the start of the log, by whoever names it.
local function missingGroup(prefix, name)
  local saved = redis.call('HGET', prefix .. 'cursor:' .. name, 'floor')
  return { name = name, pending = 0, ['last-delivered-id'] = saved or '0-0' }
end
