-- Takes dead letters and opens their deliveries again, with their messages: from the log, else from the letter.
--
-- KEYS: log. ARGV: subscriber, record without the number of the replay, now ms, retention ms, then letters.
-- Answer: two per letter: its entry and the number of its replay, "waiting", "open" or "pending" when the message comes anyway
--   (the letter is done with), "empty" when the letter came without its message and stays, or "gone". An error when there is no
--   cursor: then nothing has changed.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber = ARGV[1]
local letters = prefix .. 'dead:' .. subscriber
local again = { record = ARGV[2], now = tonumber(ARGV[3]), retention = tonumber(ARGV[4]) }
refuseWhileMoving(prefix)
local group = groupOf(log, prefix, subscriber)
if not group then return redis.error_reply('NOCURSOR') end

-- Why a letter need not be opened again: its message will be read from the log, or is open already. A letter may have the only
-- copy, when the log was trimmed and the cursor made again before it.
local function onItsWay(entry)
  local answer = comesAnyway(log, prefix, group, entry)
  if answer == 'open' or redis.call('XRANGE', log, entry, entry)[1] then return answer end
end

-- Puts the message where an open delivery looks for it, unless it is in the log.
local function putAside(fields)
  if redis.call('XRANGE', log, fields.entry, fields.entry)[1] then return end
  local held = prefix .. 'held:' .. fields.entry
  redis.call('HSET', held, 'b', fields.b or '', 'm', fields.m or '[]', 'n', fields.n)
  redis.call('HINCRBY', held, 'wanted', 1)
end

local function replay(letter)
  local found = redis.call('XRANGE', letters, letter, letter)[1]
  if not found then return '', 'gone' end
  local fields = fieldsOf(found)
  local answer = onItsWay(fields.entry)
  if not answer then
    -- No message has the ordinal 0: that is what settling writes where it found none.
    if fields.n == '0' then return fields.entry, 'empty' end
    putAside(fields)
    answer = reopen(prefix, subscriber, fields.entry, fields.record, again)
  end
  redis.call('XDEL', letters, letter)
  return fields.entry, answer
end

local answers = {}
for i = 5, #ARGV do
  local entry, answer = replay(ARGV[i])
  answers[#answers + 1] = entry
  answers[#answers + 1] = answer
end
return answers
