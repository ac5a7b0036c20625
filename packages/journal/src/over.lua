-- Shared by the scripts that open again what was over, and by those that discard.

-- A cursor's group; nil without one, or without its books.
local function groupOf(log, prefix, subscriber)
  if redis.call('HEXISTS', prefix .. 'cursor:' .. subscriber, 'base') == 0 then return nil end
  if redis.call('EXISTS', log) == 0 then return nil end
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local group = mapOf(raw)
    if group.name == subscriber then return group end
  end
end

local function isAfter(a, b)
  local aMs, aSeq = parts(a)
  local bMs, bSeq = parts(b)
  return aMs > bMs or (aMs == bMs and aSeq > bSeq)
end

-- Why a delivery will be made anyway; nil when it is over, or was never this cursor's.
local function comesAnyway(log, prefix, group, entry)
  if isAfter(entry, group['last-delivered-id']) then return 'waiting' end
  if isOpen(prefix, group.name, entry) then return 'open' end
  if isPending(log, group.name, entry) then return 'pending' end
end

-- The number of the replay in a record; 0 where it is none.
local function replayOf(record)
  return tonumber(record and string.match(record, '^%S+ %S+ %S+ %S+ %S+ %S* (%d+)$') or 0)
end

-- Keeps what was written about a delivery for one retention from now.
local function keepRecord(key, retention, now)
  redis.call('PEXPIRE', key, retention, 'NX')
  redis.call('PEXPIREAT', key, string.format('%.0f', now + retention), 'GT')
end

-- Opens a delivery again that is over, due at once: it is read once more. `told` is another record of it that tells of earlier
-- replays, or false. Answers which replay it is.
local function reopen(prefix, subscriber, entry, told, again)
  local key, cursor = prefix .. 'record:' .. entry, prefix .. 'cursor:' .. subscriber
  local replay = math.max(replayOf(redis.call('HGET', key, subscriber)), replayOf(told)) + 1
  redis.call('HSET', key, subscriber, again.record .. replay)
  keepRecord(key, again.retention, again.now)
  redis.call('ZADD', prefix .. 'open:' .. subscriber, again.now, entry)
  redis.call('HSETNX', cursor, 'began', redis.call('HGET', cursor, 'base'))
  redis.call('HINCRBY', cursor, 'base', -1)
  return replay
end

-- Notes that a delivery was discarded. `record` stands in where nothing was noted before.
local function noteDiscarded(prefix, subscriber, entry, record, retention, now)
  local key = prefix .. 'record:' .. entry
  local before = redis.call('HGET', key, subscriber)
  redis.call('HSET', key, subscriber, before and 'c' .. string.sub(before, 2) or record)
  keepRecord(key, retention, now)
end
