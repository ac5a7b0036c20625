-- Throws dead letters away: their deliveries count as discarded, no longer as dead.
--
-- KEYS: log. ARGV: subscriber, retention ms, now ms, then letters. Answer: how many there were.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber, retention, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local letters, cursor = prefix .. 'dead:' .. subscriber, prefix .. 'cursor:' .. subscriber
refuseWhileMoving(prefix)

local discarded = 0
for i = 4, #ARGV do
  local found = redis.call('XRANGE', letters, ARGV[i], ARGV[i])[1]
  if found and redis.call('XDEL', letters, ARGV[i]) == 1 then
    discarded = discarded + 1
    local entry = fieldsOf(found).entry or ''
    local record = redis.call('HGET', prefix .. 'record:' .. entry, subscriber)
    -- It may have been replayed since, or have been forgotten.
    if record and string.sub(record, 1, 1) == 'x' then noteDiscarded(prefix, subscriber, entry, '', retention, now) end
  end
end
-- Where the books were lost, no more of them may be taken out than are in there.
local counted = math.min(discarded, tonumber(redis.call('HGET', cursor, 'dead') or 0))
if counted > 0 then
  redis.call('HINCRBY', cursor, 'dead', -counted)
  redis.call('HINCRBY', cursor, 'discarded', counted)
end
return discarded
