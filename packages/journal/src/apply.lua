-- Gives an endpoint its log, and each subscriber its cursor (a consumer group). What is there already is left alone.
--
-- KEYS: log. ARGV: "applied" when a configuration is being applied, "" when only what is missing is made again; then four per
--   subscriber: name, where to begin ("now" | "beginning" | ms ago), "known" when the caller has seen this cursor before, else "",
--   "resume" when it goes on where it stood after it had left, else "".
-- Answer: per cursor that had left and comes back {subscriber, messages discarded by that}: those that it missed meanwhile.
--
-- A cursor that was there and is missing begins again at its saved floor, else at the start of the log, never at its end:
-- a repeated delivery is allowed, a lost one is not.

local log, applied = KEYS[1], ARGV[1] == 'applied'
local prefix = string.sub(log, 1, -4)
local now = nowMs()
refuseWhileMoving(prefix)
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)

local groups, newest = {}, '0-0'
if redis.call('EXISTS', log) == 1 then
  allowAtMaxmemory(log)
  for _, raw in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local group = mapOf(raw)
    groups[group.name] = group['last-delivered-id']
  end
  newest = mapOf(redis.call('XINFO', 'STREAM', log))['last-generated-id']
end

local function startOf(from, known)
  if known then return '0-0' end
  if from == 'now' then return newest end
  if from == 'beginning' then return '0-0' end
  return string.format('%.0f-18446744073709551615', math.max(now - tonumber(from) - 1, 0))
end

-- What the ledger already counts of this cursor's messages.
local function counted(cursor, subscriber)
  local sum = redis.call('ZCARD', prefix .. 'open:' .. subscriber)
  for _, count in ipairs(redis.call('HMGET', cursor, 'skipped', 'delivered', 'dead', 'discarded')) do
    sum = sum + tonumber(count or 0)
  end
  return sum
end

-- What was pending or open when it left goes on; what was kept since it stood still is not for it.
local function skipTo(place, cursor, subscriber, from)
  local missed = kept - (ordinalAt(log, from, kept))
  if missed > 0 then
    redis.call('XGROUP', 'SETID', log, subscriber, place)
    redis.call('HINCRBY', cursor, 'discarded', missed)
    redis.call('HINCRBY', prefix .. 'totals', 'discarded', missed)
  end
  return missed
end

local returned = {}
for i = 2, #ARGV, 4 do
  local subscriber, from, known, resumes = ARGV[i], ARGV[i + 1], ARGV[i + 2] == 'known', ARGV[i + 3] == 'resume'
  local cursor = prefix .. 'cursor:' .. subscriber
  local start = groups[subscriber]
  if not start then
    local was = redis.call('HMGET', cursor, 'base', 'floor')
    start = was[1] and (was[2] or '0-0') or startOf(from, known)
    redis.call('XGROUP', 'CREATE', log, subscriber, start, 'MKSTREAM')
    redis.call('HSET', cursor, 'base', string.format('%.0f', (ordinalAt(log, start, kept)) - counted(cursor, subscriber)), 'floor', start)
  end
  if applied then
    if hasLeft(cursor) then
      returned[#returned + 1] = { subscriber, resumes and 0 or skipTo(newest, cursor, subscriber, start) }
    end
    redis.call('HDEL', cursor, 'removed', 'absent')
  end
  redis.call('HSET', cursor, 'alive', string.format('%.0f', now))
  redis.call('SADD', prefix .. 'cursors', subscriber)
end
if #ARGV == 1 and redis.call('EXISTS', log) == 0 then
  redis.call('XGROUP', 'CREATE', log, 'none', '$', 'MKSTREAM')
  redis.call('XGROUP', 'DESTROY', log, 'none')
end
return returned
