-- Discards those of these deliveries that are pending or open: whoever carries one settles it too late, and changes nothing. Whoever
-- leads the cursor in order has them in its lines: it finds its lease in doubt, and is told everything again.
--
-- KEYS: log. ARGV: subscriber, record of one that was never attempted, retention ms, now ms, then entries.
-- Answer: how many were discarded. XACK comes first, which Redis allows even at maxmemory, and the writes after it with it.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber, record, retention, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local cursor = prefix .. 'cursor:' .. subscriber
refuseWhileMoving(prefix)
if not groupOf(log, prefix, subscriber) then return redis.error_reply('NOCURSOR') end

local discarded = 0
for i = 5, #ARGV do
  local entry = ARGV[i]
  local wasPending = redis.call('XACK', log, subscriber, entry) == 1
  local wasOpen = redis.call('ZREM', prefix .. 'open:' .. subscriber, entry) == 1
  -- Read once more while it was open: one delivery all the same.
  if wasPending and wasOpen then redis.call('HINCRBY', cursor, 'base', 1) end
  if wasOpen then release(prefix, entry) end
  if wasPending or wasOpen then
    discarded = discarded + 1
    noteDiscarded(prefix, subscriber, entry, record, retention, now)
  end
end
if discarded == 0 then return 0 end
redis.call('HINCRBY', cursor, 'discarded', discarded)
local lease = prefix .. 'lease:' .. subscriber
local certain = string.match(redis.call('GET', lease) or '', '^.* %d+$')
if certain then redis.call('SET', lease, certain .. '?', 'KEEPTTL') end
return discarded
