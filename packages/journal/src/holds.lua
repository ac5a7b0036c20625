-- Looks through a part of the log for a message of one request: it has the token, and was received at one of its moments.
--
-- KEYS: log. ARGV: place to begin at, or "(" and the place to begin behind; ms at which the part ends; the token (4 bytes);
--   receive times in ms.
-- Answer: "+" found, "" there is none, or where to go on: one call never takes long.

local STEP, MOST_STEPS, MOST_BYTES = 25, 40, 4 * 1024 * 1024
local from, to, token = ARGV[1], ARGV[2], ARGV[3]
local wanted = {}
for i = 4, #ARGV do wanted[tonumber(ARGV[i])] = true end

local bytes = 0
for _ = 1, MOST_STEPS do
  local entries = redis.call('XRANGE', KEYS[1], from, to, 'COUNT', STEP)
  for _, entry in ipairs(entries) do
    local fields = fieldsOf(entry)
    if fields.t == token and wanted[receivedAtOf(fields)] then return '+' end
    bytes = bytes + #(fields.b or '')
    from = '(' .. entry[1]
  end
  if #entries < STEP then return '' end
  if bytes > MOST_BYTES then break end
end
return from
