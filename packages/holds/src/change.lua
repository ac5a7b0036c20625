-- Puts a subscriber on hold, for another reason than before, or lets it run again; says so to all who listen.
-- KEYS: the subscriber's hold
-- ARGV: subscriber, channel, the version it was decided on ('' for any), now (ms), reason ('' to run), why, when a probe is due ('' for none)
-- Answers 1, or 0 where nothing was changed: it stands differently by now, or as wanted, or a stronger reason holds it.
local hold = KEYS[1]
local subscriber, channel, seen, now, reason, why, nextProbeAt = unpack(ARGV)
local strength = {crowded = 1, breaker = 2, gone = 3, paused = 4}

local state, before, since, version, heldMs = unpack(redis.call('HMGET', hold, 'state', 'reason', 'since', 'version', 'heldMs'))
local held = state == 'held'
version = tonumber(version) or 0
if seen ~= '' and tonumber(seen) ~= version then return 0 end
if reason == '' and not held then return 0 end
if reason ~= '' and held and (strength[before] or strength.paused) >= strength[reason] then return 0 end

heldMs = tonumber(heldMs) or 0
if held and before ~= 'crowded' then heldMs = heldMs + math.max(0, tonumber(now) - (tonumber(since) or tonumber(now))) end

-- First what needs no memory: a script that begins so is let through by a Redis that is full.
redis.call('HDEL', hold, 'reason', 'why', 'probeBy', 'probeUntil', 'failedProbes', 'nextProbeAt')
redis.call('HSET', hold, 'state', reason == '' and 'running' or 'held', 'since', now,
  'version', string.format('%.0f', version + 1), 'heldMs', string.format('%.0f', heldMs))
redis.call('PERSIST', hold) -- it may have been forgotten shortly before
if reason ~= '' then redis.call('HSET', hold, 'reason', reason, 'why', why) end
if nextProbeAt ~= '' then redis.call('HSET', hold, 'nextProbeAt', nextProbeAt) end
redis.call('PUBLISH', channel, subscriber)
return 1
