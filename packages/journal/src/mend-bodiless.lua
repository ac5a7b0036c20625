-- Discards deliveries whose body is gone: nobody can make them any more. They are counted.
--
-- KEYS: log. ARGV: subscriber, idle ms after which a pending one is nobody's, entries. Answer: the entries discarded.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
refuseWhileMoving(prefix)
local subscriber, idle = ARGV[1], ARGV[2]
local discarded = {}
if redis.call('EXISTS', log) == 0 then return discarded end
allowAtMaxmemory(log)
for i = 3, #ARGV do
  local entry = ARGV[i]
  if not hasBody(log, entry) then
    local wasOpen = redis.call('ZREM', prefix .. 'open:' .. subscriber, entry) == 1
    local lies = redis.call('XPENDING', log, subscriber, 'IDLE', idle, entry, entry, 1)[1]
    local wasPending = lies and redis.call('XACK', log, subscriber, entry) == 1
    if wasOpen or wasPending then discarded[#discarded + 1] = entry end
    -- Read once more while it was open: one delivery all the same.
    if wasOpen and wasPending then redis.call('HINCRBY', prefix .. 'cursor:' .. subscriber, 'base', 1) end
  end
end
redis.call('HINCRBY', prefix .. 'cursor:' .. subscriber, 'discarded', #discarded)
return discarded
