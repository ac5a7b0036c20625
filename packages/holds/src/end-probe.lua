-- Gives back the right to make a probe. Where the next one is said to be due, this one has failed.
-- KEYS: the subscriber's hold
-- ARGV: subscriber, channel, the version it was taken at, who, when the next probe is due (ms; '' where none was made)
-- Answers 0 when it was somebody else's by then.
local hold = KEYS[1]
local subscriber, channel, seen, by, nextProbeAt = unpack(ARGV)
local version, probeBy = unpack(redis.call('HMGET', hold, 'version', 'probeBy'))
if version ~= seen or probeBy ~= by then return 0 end

redis.call('HDEL', hold, 'probeBy', 'probeUntil')
if nextProbeAt ~= '' then
  redis.call('HINCRBY', hold, 'failedProbes', 1)
  redis.call('HSET', hold, 'nextProbeAt', nextProbeAt)
end
redis.call('PUBLISH', channel, subscriber)
return 1
