-- Moves the cursor of a subscriber that wants its messages in order, for the one process that leads it.
--
-- KEYS: log. ARGV: subscriber, consumer, lease ms, serial of the caller's last answer ("" to be told everything again), unread
--   messages wanted at most.
-- Answer: {0, ms} while another leads it: its lease ends after so many ms unless it goes on;
--   {1, serial, entries that were unread}; or, to whoever begins to lead, or does not know what it was answered last,
--   {2, serial, entries pending, entries open and when each is due}: then nothing is read, since those come first.
--
-- The lease says who leads, and the serial of its last answer: whoever asks with another one has lost an answer, and what was
-- in it lies pending, before whatever is unread. A `?` behind it: somebody else has settled what may stand in the leader's lines.

local log, subscriber, consumer, leaseMs, serial, most = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local prefix = string.sub(log, 1, -4)
local lease, open = prefix .. 'lease:' .. subscriber, prefix .. 'open:' .. subscriber
-- Pending ones taken at most, and in one command.
local MOST, STEP = 100000, 1000

refuseWhileMoving(prefix)
local leader, last, doubt = string.match(redis.call('GET', lease) or '', '^(.*) (%d+)(%??)$')
if leader and leader ~= consumer then return { 0, redis.call('PTTL', lease) } end
allowAtMaxmemory(log)
local following = string.format('%.0f', (tonumber(last) or 0) + 1)
redis.call('SET', lease, consumer .. ' ' .. following, 'PX', leaseMs)

if leader and last == serial and doubt == '' then
  local streams = most > 0 and redis.call('XREADGROUP', 'GROUP', subscriber, consumer, 'COUNT', most, 'STREAMS', log, '>')
  return { 1, following, streams and streams[1][2] or {} }
end

local pending = {}
for _, delivery in ipairs(redis.call('XPENDING', log, subscriber, '-', '+', MOST)) do pending[#pending + 1] = delivery[1] end
for from = 1, #pending, STEP do
  local call = { 'XCLAIM', log, subscriber, consumer, 0 }
  for at = from, math.min(from + STEP - 1, #pending) do call[#call + 1] = pending[at] end
  call[#call + 1] = 'JUSTID'
  redis.call(unpack(call))
end
return { 2, following, pending, redis.call('ZRANGE', open, 0, -1, 'WITHSCORES') }
