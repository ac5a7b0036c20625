-- Opens deliveries again that are over, of messages that are in the log: a person wants them once more, or a subscriber that began
-- later wants its past. What is still to be made comes anyway and is left alone.
--
-- KEYS: log. ARGV: subscriber, record without the number of the replay, now ms, retention ms, then the replay's id and, of its
--   course, where it stood for the caller, where it stands after this, how many messages were looked at, how many of them unwanted;
--   then the entries that are wanted.
-- Answer: per entry the number of its replay, "waiting", "open" or "pending" when it comes anyway, or "gone". An error when
--   there is no cursor, or the replay does not stand there: then nothing has changed.
--
-- The place that it has come to is saved in the same step: whoever repeats a step after a crash finds it further on.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber, id, from, to = ARGV[1], ARGV[5], ARGV[6], ARGV[7]
local again = { record = ARGV[2], now = tonumber(ARGV[3]), retention = tonumber(ARGV[4]) }
refuseWhileMoving(prefix)
local group = groupOf(log, prefix, subscriber)
if not group then return redis.error_reply('NOCURSOR') end
local course = prefix .. 'replay:' .. id
if redis.call('HGET', course, 'at') ~= from then return redis.error_reply('NOTTHERE') end

local answers, anyway, gone = {}, 0, 0
for i = 10, #ARGV do
  local entry = ARGV[i]
  local answer = comesAnyway(log, prefix, group, entry)
  if answer then
    anyway = anyway + 1
  elseif not redis.call('XRANGE', log, entry, entry)[1] then
    answer, gone = 'gone', gone + 1
  else
    answer = reopen(prefix, subscriber, entry, false, again)
  end
  answers[#answers + 1] = answer
end
redis.call('HSET', course, 'at', to)
for field, count in pairs({ looked = ARGV[8], unwanted = ARGV[9], anyway = anyway, gone = gone, replayed = #answers - anyway - gone }) do
  redis.call('HINCRBY', course, field, count)
end
redis.call('PEXPIRE', course, again.retention)
redis.call('PEXPIRE', prefix .. 'replays', again.retention)
return answers
