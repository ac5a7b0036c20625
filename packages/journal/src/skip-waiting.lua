-- Moves a cursor on over what waits before an instant, at most so many messages; what was jumped over counts as discarded.
--
-- KEYS: log. ARGV: subscriber, the place to come to at most, record of what is discarded, retention ms, now ms, how many entries
--   at most: 0 only counts what waits there.
-- Answer: {messages, 1 when there is more to do}. An error when there is no cursor.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber, place, record = ARGV[1], ARGV[2], ARGV[3]
local retention, now, most = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
-- A body may be as large as `ingest.maxBody`.
local PAGE, MOST_BYTES = 25, 4 * 1024 * 1024
refuseWhileMoving(prefix)
local group = groupOf(log, prefix, subscriber)
if not group then return redis.error_reply('NOCURSOR') end
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)
local began = group['last-delivered-id']
local ordinal = ordinalAt(log, began, kept)
if most == 0 then return { math.max(ordinalAt(log, place, kept) - ordinal, 0), 0 } end

allowAtMaxmemory(log)
local last, looked, bytes, twice, unfinished = began, 0, 0, 0, 1
while looked < most and bytes < MOST_BYTES do
  local page = redis.call('XRANGE', log, '(' .. last, place, 'COUNT', PAGE)
  for _, entry in ipairs(page) do
    last, looked, bytes = entry[1], looked + 1, bytes + #(fieldsOf(entry).b or '')
    if isOpen(prefix, subscriber, last) then twice = twice + 1 end
    local key = prefix .. 'record:' .. last
    -- One that is read a second time, since the cursor was made again, has its record.
    redis.call('HSETNX', key, subscriber, record)
    keepRecord(key, retention, now)
  end
  if #page < PAGE then
    unfinished = 0
    break
  end
end
if last == began then return { 0, 0 } end
redis.call('XGROUP', 'SETID', log, subscriber, last)
-- What a cursor that was made again would read once more while it is open is one delivery, and open.
local jumped = ordinalAt(log, last, kept) - ordinal - twice
redis.call('HINCRBY', prefix .. 'cursor:' .. subscriber, 'base', twice)
redis.call('HINCRBY', prefix .. 'cursor:' .. subscriber, 'discarded', jumped)
return { jumped, unfinished }
