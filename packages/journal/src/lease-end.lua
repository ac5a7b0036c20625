-- Ends a lease, so that another process leads at once. Somebody else's stays, and one under which there was a later answer.
--
-- KEYS: log. ARGV: subscriber, consumer and the serial of its last answer, endpoint. Answer: 1 when it was this one.

local prefix = string.sub(KEYS[1], 1, -4)
local lease = prefix .. 'lease:' .. ARGV[1]
refuseWhileMoving(prefix)
local held = redis.call('GET', lease)
if held ~= ARGV[2] and held ~= ARGV[2] .. '?' then return 0 end
redis.call('DEL', lease)
redis.call('PUBLISH', 'relay:bell', ARGV[3])
return 1
