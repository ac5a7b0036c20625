-- Lets an attempt begin, or says when to ask again. One window of a subscriber begins with its first attempt.
--
-- KEYS: window. ARGV: attempts wanted, seconds (not used), attempts in a window, length of a window in ms.
-- Answer: {attempts in this window, more than it has where there is no room for those wanted; ms until it ends}.
--
-- The first write is one that Redis allows at maxmemory, and so the others are: what is delivered makes room.

local wanted, most, ms = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[1], wanted, 'PX', ms)
  return { wanted, ms }
end
local begun = tonumber(redis.call('GET', KEYS[1]) or 0) + wanted
if begun > most then return { begun, left } end
redis.call('PEXPIRE', KEYS[1], left)
redis.call('INCRBY', KEYS[1], wanted)
return { begun, left }
