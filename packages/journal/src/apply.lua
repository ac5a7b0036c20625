-- Gives an endpoint its log, and each subscriber its cursor (a consumer group). What is there already is left alone.
--
-- KEYS: log. ARGV: three per subscriber: name, where to begin ("now" | "beginning" | ms ago), "known" when the caller has
--   seen this cursor before, else "".
-- Answer: the subscribers whose cursor was made.
--
-- A cursor that was there and is missing begins again at its saved floor, else at the start of the log, never at its end:
-- a repeated delivery is allowed, a lost one is not.

local log = KEYS[1]
local prefix = string.sub(log, 1, -4)
local now = nowMs()
refuseWhileMoving(prefix)
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)

local groups, newest = {}, '0-0'
if redis.call('EXISTS', log) == 1 then
  allowAtMaxmemory(log)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', log)) do groups[mapOf(group).name] = true end
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

local made = {}
for i = 1, #ARGV, 3 do
  local subscriber, from, known = ARGV[i], ARGV[i + 1], ARGV[i + 2] == 'known'
  local cursor = prefix .. 'cursor:' .. subscriber
  if not groups[subscriber] then
    local was = redis.call('HMGET', cursor, 'base', 'floor')
    local start = was[1] and (was[2] or '0-0') or startOf(from, known)
    redis.call('XGROUP', 'CREATE', log, subscriber, start, 'MKSTREAM')
    redis.call('HSET', cursor, 'base', string.format('%.0f', (ordinalAt(log, start, kept)) - counted(cursor, subscriber)), 'floor', start)
    made[#made + 1] = subscriber
  end
  redis.call('HSET', cursor, 'alive', string.format('%.0f', now))
  redis.call('SADD', prefix .. 'cursors', subscriber)
end
if #ARGV == 0 and redis.call('EXISTS', log) == 0 then
  redis.call('XGROUP', 'CREATE', log, 'none', '$', 'MKSTREAM')
  redis.call('XGROUP', 'DESTROY', log, 'none')
end
return made
