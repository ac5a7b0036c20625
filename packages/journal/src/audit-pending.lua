-- A page of what is pending and was not refreshed for long. KEYS: log. ARGV: subscriber, idle at least ms, the entry looked
-- at last ("" in the beginning), how many. Read only.
-- Answer: three per delivery: entry, idle ms, 1 when its body is there.

local log = KEYS[1]
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
local answer = {}
for _, pending in ipairs(redis.call('XPENDING', log, ARGV[1], 'IDLE', ARGV[2], from, '+', ARGV[4])) do
  answer[#answer + 1] = pending[1]
  answer[#answer + 1] = pending[3]
  answer[#answer + 1] = hasBody(log, pending[1]) and 1 or 0
end
return answer
