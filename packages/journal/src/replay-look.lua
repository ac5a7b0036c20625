-- Says what a replay of these messages would come to. Read only.
--
-- KEYS: log. ARGV: subscriber, entries. Answer: per entry "waiting", "open" or "pending" when it comes anyway, or "over". An error
--   when there is no cursor.

local log, prefix = KEYS[1], string.sub(KEYS[1], 1, -4)
local group = groupOf(log, prefix, ARGV[1])
if not group then return redis.error_reply('NOCURSOR') end
local answers = {}
for i = 2, #ARGV do answers[#answers + 1] = comesAnyway(log, prefix, group, ARGV[i]) or 'over' end
return answers
