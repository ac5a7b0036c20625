-- Lists dead letters of a subscriber without their bodies. Read only, and short: nothing else runs meanwhile.
--
-- KEYS: log. ARGV: subscriber, the place to begin at, or "(" and the letter to begin behind; the place to end at; how many.
-- Answer: {the letter looked at last ("" at the end), then per letter: letter, entry, metadata, ordinal, reason, record,
--   bytes of its body}.

local letters = string.sub(KEYS[1], 1, -4) .. 'dead:' .. ARGV[1]
local from, to, most = ARGV[2], ARGV[3], tonumber(ARGV[4])
-- A body may be as large as `ingest.maxBody`.
local PAGE, MOST_BYTES = 25, 4 * 1024 * 1024
local bytes, count, last = 0, 0, ''
local answer = { '' }
while count < most and bytes < MOST_BYTES do
  local page = redis.call('XRANGE', letters, from, to, 'COUNT', math.min(PAGE, most - count))
  for _, letter in ipairs(page) do
    local fields = fieldsOf(letter)
    local size = #(fields.b or '')
    bytes, count, last = bytes + size, count + 1, letter[1]
    for _, value in ipairs({ last, fields.entry or '', fields.m or '', fields.n or '', fields.reason or '', fields.record or '', size }) do
      answer[#answer + 1] = value
    end
  end
  if #page == 0 then return answer end
  from = '(' .. last
end
answer[1] = last
return answer
