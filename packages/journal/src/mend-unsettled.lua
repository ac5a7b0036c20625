-- Makes deliveries open and due that were read and are neither pending, nor open, nor over: no more of them than the books
-- of their cursor miss, so that none is ever counted twice. Where the books are gone: all of them.
--
-- KEYS: log. ARGV: subscriber, entries. Answer: the entries that are open now.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
refuseWhileMoving(prefix)
local subscriber = ARGV[1]
local opened = {}
if redis.call('EXISTS', log) == 0 then return opened end
allowAtMaxmemory(log)
local cursor = cursorOf(log, prefix, subscriber)
if not cursor then return opened end
local due = string.format('%.0f', nowMs())

local function isUnsettled(entry)
  local found = redis.call('XRANGE', log, entry, entry)[1]
  if not found then return false end
  local ms, seq = parts(entry)
  return hasPassed(cursor, tonumber(fieldsOf(found).n), ms, seq) and not isOver(prefix, subscriber, entry)
    and not isOpen(prefix, subscriber, entry) and not isPending(log, subscriber, entry)
end

for i = 2, #ARGV do
  if cursor.base and #opened >= cursor.missing then break end
  if isUnsettled(ARGV[i]) then
    redis.call('ZADD', prefix .. 'open:' .. subscriber, due, ARGV[i])
    opened[#opened + 1] = ARGV[i]
  end
end
return opened
