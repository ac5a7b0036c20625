-- Says for every cursor of an endpoint whether the caller's configuration names it.
--
-- KEYS: log. ARGV: "applied" when that configuration has just been applied, else ""; then the subscribers it names here.
-- Answer: nothing.

local log, applied = KEYS[1], ARGV[1] == 'applied'
local prefix = string.sub(log, 1, -4)
-- Whoever has said it less than so long ago, ms, need not say it again, and nor need others: writes are dear.
local FRESH = 4000
local now = nowMs()
local text = string.format('%.0f', now)
refuseWhileMoving(prefix)
if redis.call('EXISTS', log) == 0 then return end
allowAtMaxmemory(log)

local named = {}
for i = 2, #ARGV do named[ARGV[i]] = true end

-- Also one that lies in the future: the clock was set back.
local function isStale(stamp)
  return math.abs(now - tonumber(stamp or 0)) >= FRESH
end

for _, subscriber in ipairs(redis.call('SMEMBERS', prefix .. 'cursors')) do
  local cursor = prefix .. 'cursor:' .. subscriber
  local stamps = redis.call('HMGET', cursor, 'base', 'alive', 'removed', 'absent')
  local base, alive, removed, absent = stamps[1], stamps[2], stamps[3], stamps[4]
  if base and named[subscriber] then
    if isStale(alive) then redis.call('HSET', cursor, 'alive', text) end
  elseif base and (removed or applied) then
    if not removed then redis.call('HSET', cursor, 'removed', text) end
    if isStale(absent) then redis.call('HSET', cursor, 'absent', text) end
  end
end
