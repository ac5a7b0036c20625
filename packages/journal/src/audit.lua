-- Shared by the scripts that look at the books, and by those that mend them.

-- Whether a message is still in its log, or was put aside for what is open.
local function hasBody(log, entry)
  if redis.call('XRANGE', log, entry, entry)[1] then return true end
  return redis.call('EXISTS', string.sub(log, 1, -4) .. 'held:' .. entry) == 1
end

local function isPending(log, subscriber, entry)
  return redis.call('XPENDING', log, subscriber, entry, entry, 1)[1] ~= nil
end

local function isOpen(prefix, subscriber, entry)
  return redis.call('ZSCORE', prefix .. 'open:' .. subscriber, entry) ~= false
end

-- Whether a record says that the delivery is over.
local function isOver(prefix, subscriber, entry)
  local record = redis.call('HGET', prefix .. 'record:' .. entry, subscriber)
  local state = record and string.sub(record, 1, 1)
  return state == 'd' or state == 'x' or state == 'c'
end

-- A cursor by name: its group, its base, the ordinal where it began, and what its sums miss (above 0) or count too often. Nil
-- without a group. Every replay moves the base, since it was read once more; where the cursor began it does not.
local function cursorOf(log, prefix, subscriber)
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local group = mapOf(raw)
    if group.name == subscriber then
      local key = prefix .. 'cursor:' .. subscriber
      local counts = redis.call('HMGET', key, 'base', 'skipped', 'delivered', 'dead', 'discarded', 'began')
      local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)
      local missing = (ordinalAt(log, group['last-delivered-id'], kept)) - group.pending
      missing = missing - redis.call('ZCARD', prefix .. 'open:' .. subscriber)
      for i = 1, 5 do missing = missing - tonumber(counts[i] or 0) end
      local ms, seq = parts(group['last-delivered-id'])
      local base = tonumber(counts[1] or nil)
      return { key = key, base = base, began = tonumber(counts[6] or base or 0), missing = missing, ms = ms, seq = seq }
    end
  end
end

-- Whether the cursor has read this message.
local function hasPassed(cursor, ordinal, ms, seq)
  return ordinal > cursor.began and (ms < cursor.ms or (ms == cursor.ms and seq <= cursor.seq))
end
