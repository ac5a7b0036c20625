-- Writes a hold down again that was lost with the memory of Redis, as somebody still knows it; says so to all who listen.
-- KEYS: the subscriber's hold
-- ARGV: subscriber, channel, then the fields and values of the hash
-- Answers 1, or 0 where there is something by now.
local hold = KEYS[1]
local subscriber, channel = ARGV[1], ARGV[2]
if redis.call('EXISTS', hold) == 1 then return 0 end
redis.call('HSET', hold, unpack(ARGV, 3))
redis.call('PUBLISH', channel, subscriber)
return 1
