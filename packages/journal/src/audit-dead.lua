-- Looks at the next dead letters of a subscriber. KEYS: log. ARGV: subscriber, the letter looked at last ("" in the
-- beginning), how many. Read only.
-- Answer: {the last of them ("" at the end), entries of those that came without their message}.

local letters = string.sub(KEYS[1], 1, -4) .. 'dead:' .. ARGV[1]
local last, most = ARGV[2], tonumber(ARGV[3])
local PAGE = 25
local without = {}
for _ = 1, most / PAGE do
  local page = redis.call('XRANGE', letters, last == '' and '-' or '(' .. last, '+', 'COUNT', PAGE)
  for _, letter in ipairs(page) do
    local fields = fieldsOf(letter)
    -- No message has the ordinal 0: that is what settling writes where it found none.
    if fields.n == '0' then without[#without + 1] = fields.entry end
    last = letter[1]
  end
  if #page < PAGE then return { '', without } end
end
return { last, without }
