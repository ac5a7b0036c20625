-- Lets bodies that were put aside be held for as many open deliveries as there are, and no longer than there are any.
--
-- KEYS: log. ARGV: how many subscribers, their names, then entries. Answer: the entries whose body was mended.

local prefix = string.sub(KEYS[1], 1, -4)
refuseWhileMoving(prefix)
local subscribers = tonumber(ARGV[1])
local mended = {}
allowAtMaxmemory(KEYS[1])
for i = subscribers + 2, #ARGV do
  local held = prefix .. 'held:' .. ARGV[i]
  local wanted = tonumber(redis.call('HGET', held, 'wanted') or nil)
  local openers = 0
  for s = 2, subscribers + 1 do
    if isOpen(prefix, ARGV[s], ARGV[i]) then openers = openers + 1 end
  end
  if wanted and wanted ~= openers then
    if openers == 0 then redis.call('DEL', held) else redis.call('HSET', held, 'wanted', openers) end
    mended[#mended + 1] = ARGV[i]
  end
end
return mended
