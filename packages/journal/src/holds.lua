-- Looks through a part of the log for messages that were received at one of several moments.
--
-- KEYS: log. ARGV: place to begin at, or "(" and the place to begin behind; ms at which the part ends; receive times in ms.
-- Answer: {where to go on, or "" at the end; the entries found, …}: one call never takes long.

local STEP, MOST_STEPS, MOST_BYTES = 25, 40, 4 * 1024 * 1024
local from, to = ARGV[1], ARGV[2]
local wanted = {}
for i = 3, #ARGV do wanted[tonumber(ARGV[i])] = true end

local found, bytes = {}, 0
for _ = 1, MOST_STEPS do
  local entries = redis.call('XRANGE', KEYS[1], from, to, 'COUNT', STEP)
  for _, entry in ipairs(entries) do
    local fields = fieldsOf(entry)
    if wanted[receivedAtOf(fields)] then found[#found + 1] = entry[1] end
    bytes = bytes + #(fields.b or '')
    from = '(' .. entry[1]
  end
  if #entries < STEP then return { '', unpack(found) } end
  if bytes > MOST_BYTES then break end
end
return { from, unpack(found) }
