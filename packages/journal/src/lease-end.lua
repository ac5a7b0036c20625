-- Ends a lease, so that another process leads at once. Somebody else's stays.
--
-- KEYS: log. ARGV: subscriber, consumer, endpoint. Answer: 1 when it was the consumer's.

local prefix = string.sub(KEYS[1], 1, -4)
local lease = prefix .. 'lease:' .. ARGV[1]
refuseWhileMoving(prefix)
if string.match(redis.call('GET', lease) or '', '^(.*) %d+$') ~= ARGV[2] then return 0 end
redis.call('DEL', lease)
redis.call('PUBLISH', 'relay:bell', ARGV[3])
return 1
