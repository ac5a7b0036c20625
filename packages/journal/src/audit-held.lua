-- Looks at bodies that were put aside. KEYS: log. ARGV: how many subscribers, their names, then entries. Read only.
-- Answer: two per entry: how many open deliveries it is held for, and how many there are. A body that is gone meanwhile is -1, -1.

local prefix = string.sub(KEYS[1], 1, -4)
local subscribers = tonumber(ARGV[1])
local answer = {}
for i = subscribers + 2, #ARGV do
  local wanted = redis.call('HGET', prefix .. 'held:' .. ARGV[i], 'wanted')
  local openers = wanted and 0 or -1
  for s = 2, wanted and subscribers + 1 or 1 do
    if isOpen(prefix, ARGV[s], ARGV[i]) then openers = openers + 1 end
  end
  answer[#answer + 1] = tonumber(wanted or -1)
  answer[#answer + 1] = openers
end
return answer
