-- Deletes the consumers of one cursor that have nothing pending: the named one, or those that were idle for so long.
-- Deleting a consumer drops what it has pending, so the test and the deletion are one step.
--
-- KEYS: log. ARGV: subscriber, consumer ("" for any), idle at least ms. Answer: how many were deleted.

local deleted = 0
local ok, consumers = pcall(redis.call, 'XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if not ok or consumers.err then return 0 end
for _, raw in ipairs(consumers) do
  local c = mapOf(raw)
  if c.pending == 0 and c.idle >= tonumber(ARGV[3]) and (ARGV[2] == '' or ARGV[2] == c.name) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], c.name)
    deleted = deleted + 1
  end
end
return deleted
