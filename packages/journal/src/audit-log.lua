-- Looks at the next entries of a log. Read only, and short: nothing else runs meanwhile.
--
-- KEYS: log. ARGV: the entry looked at last ("" in the beginning), its ordinal, how many to look at; then the subscribers
--   whose books miss deliveries.
-- Answer: {the last of them ("" at the end of the log), its ordinal, how many they were, how many messages were ever kept,
--   gaps: {entry behind it ("" at the end of the log), messages missing, cursors that have not passed it, …}, repeated: {entry, …}, unsettled: {subscriber,
--   entry, …}}. Unsettled is what a cursor has read, and what is neither pending nor open nor over by its record.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local last, ordinal, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
-- A body may be as large as `ingest.maxBody`.
local PAGE = 25
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)
local gaps, repeated, unsettled = {}, {}, {}
if redis.call('EXISTS', log) == 0 then return { '', 0, 0, kept, gaps, repeated, unsettled } end

local cursors = {}
for i = 4, #ARGV do cursors[ARGV[i]] = cursorOf(log, prefix, ARGV[i]) end

-- The log may have been trimmed past the entry looked at last.
local follows = last ~= '' and redis.call('XRANGE', log, last, last)[1] ~= nil

local function cursorsBefore(number)
  local before = 0
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    if ordinalAt(log, mapOf(group)['last-delivered-id'], kept) < number - 1 then before = before + 1 end
  end
  return before
end

local function addGap(entry, number)
  gaps[#gaps + 1] = entry
  gaps[#gaps + 1] = number - ordinal - 1
  gaps[#gaps + 1] = cursorsBefore(number)
end

local function look(entry)
  local number = tonumber(fieldsOf(entry).n)
  -- Somebody else has written it.
  if not number then
    last = entry[1]
    return
  end
  if follows and number > ordinal + 1 then
    addGap(entry[1], number)
  elseif follows and number <= ordinal then
    repeated[#repeated + 1] = entry[1]
  end
  last, ordinal, follows = entry[1], number, true
  local ms, seq = parts(last)
  for subscriber, cursor in pairs(cursors) do
    if hasPassed(cursor, number, ms, seq) and not isOver(prefix, subscriber, last)
      and not isOpen(prefix, subscriber, last) and not isPending(log, subscriber, last) then
      unsettled[#unsettled + 1] = subscriber
      unsettled[#unsettled + 1] = last
    end
  end
end

local looked = 0
while looked < most do
  local entries = redis.call('XRANGE', log, last == '' and '-' or '(' .. last, '+', 'COUNT', PAGE)
  for _, entry in ipairs(entries) do look(entry) end
  looked = looked + #entries
  if #entries < PAGE then
    -- The newest message has the ordinal that was given out last.
    if last ~= '' and kept > ordinal then addGap('', kept + 1) end
    last = ''
    break
  end
end
return { last, ordinal, looked, kept, gaps, repeated, unsettled }
