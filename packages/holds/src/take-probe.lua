-- Takes the right to make a probe, or keeps it for longer; one worker has it at a time.
-- KEYS: the subscriber's hold
-- ARGV: the version it was decided on, who, for how long (ms), now (ms)
-- Answers 0 when it was taken, else after how many ms it may be worth asking again, or -1 when there is nothing to be probed.
local hold = KEYS[1]
local seen, by, leaseMs, now = unpack(ARGV)
local state, reason, version, nextProbeAt, probeBy, probeUntil =
  unpack(redis.call('HMGET', hold, 'state', 'reason', 'version', 'nextProbeAt', 'probeBy', 'probeUntil'))
if state ~= 'held' or reason ~= 'breaker' or version ~= seen then return -1 end

-- By one clock for all: those of two workers may differ by more than a probe takes.
local time = redis.call('TIME')
local here = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if probeBy and probeBy ~= by then
  local leftMs = tonumber(probeUntil) - here
  if leftMs > 0 then return leftMs end
end
local earlyMs = (tonumber(nextProbeAt) or 0) - tonumber(now)
if probeBy ~= by and earlyMs > 0 then return math.ceil(earlyMs) end

redis.call('HDEL', hold, 'probeBy', 'probeUntil')
redis.call('HSET', hold, 'probeBy', by, 'probeUntil', string.format('%.0f', here + tonumber(leaseMs)))
return 0
