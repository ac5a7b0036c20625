-- Gives a consumer pending deliveries of one cursor that nobody carries: its own, whose reply was lost on the way to it, and
-- those that whoever read them has not refreshed for so long.
--
-- KEYS: log. ARGV: subscriber, consumer, at most so many, abandoned after ms ("" for its own alone), then the entries that
--   it carries.
-- Answer: the entries, as XCLAIM answers them.
--
-- Looking and taking are one step: between the two somebody else might take the same.

local log, subscriber, consumer, most, abandonedMs = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local carried, carriedCount = {}, #ARGV - 4
for i = 5, #ARGV do carried[ARGV[i]] = true end

local taken = {}
local function take(pending, own)
  for _, delivery in ipairs(pending) do
    local entry, owner = delivery[1], delivery[2]
    if #taken < most and (owner == consumer) == own and not carried[entry] then taken[#taken + 1] = entry end
  end
end

-- So many show as many as are wanted, if there are any: no more can be carried than are named.
take(redis.call('XPENDING', log, subscriber, '-', '+', most + carriedCount, consumer), true)
if abandonedMs ~= '' and #taken < most then
  take(redis.call('XPENDING', log, subscriber, 'IDLE', abandonedMs, '-', '+', most + carriedCount), false)
end
if #taken == 0 then return {} end
return redis.call('XCLAIM', log, subscriber, consumer, 0, unpack(taken))
