-- Lets the books of a cursor add up again, when nothing is left to deliver of what they miss. What was read and is gone
-- counts as discarded; what was counted too often, and what was counted before the books were lost, as read.
--
-- KEYS: log. ARGV: subscriber, the difference that the caller saw: with another one nothing is done, unless the books are gone.
-- Answer: 1 when it was done.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
refuseWhileMoving(prefix)
if redis.call('EXISTS', log) == 0 then return 0 end
allowAtMaxmemory(log)
local cursor = cursorOf(log, prefix, ARGV[1])
if not cursor or (cursor.base and cursor.missing ~= tonumber(ARGV[2])) then return 0 end
if cursor.base and cursor.missing > 0 then
  redis.call('HINCRBY', cursor.key, 'discarded', cursor.missing)
else
  redis.call('HSET', cursor.key, 'base', string.format('%.0f', (cursor.base or 0) + cursor.missing))
end
return 1
