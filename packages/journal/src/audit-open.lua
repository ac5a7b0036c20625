-- A page of what is open. KEYS: log. ARGV: subscriber, rank of the first, how many. Read only.
-- Answer: four per delivery: entry, due at ms, record ("" for none), 1 when its body is there.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local subscriber, from = ARGV[1], tonumber(ARGV[2])
local page = redis.call('ZRANGE', prefix .. 'open:' .. subscriber, from, from + tonumber(ARGV[3]) - 1, 'WITHSCORES')
local answer = {}
for i = 1, #page, 2 do
  answer[#answer + 1] = page[i]
  answer[#answer + 1] = page[i + 1]
  answer[#answer + 1] = redis.call('HGET', prefix .. 'record:' .. page[i], subscriber) or ''
  answer[#answer + 1] = hasBody(log, page[i]) and 1 or 0
end
return answer
