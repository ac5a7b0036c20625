-- Settles deliveries: pending or open ones become skipped, delivered, dead, or open.
--
-- KEYS: a log per endpoint. ARGV: retention ms, now ms; then seven per delivery:
--   number of its endpoint in KEYS, subscriber, entry, state (s skipped | d delivered | o open | x dead),
--   record ("" for none), due at ms (open), reason (dead).
-- Answer: per delivery 1 counted, 0 too late: somebody else had settled it, nothing changed; or the error that its own keys
--   caused, which is no other delivery's business.
--
-- The first write of all is XACK, which Redis allows even at maxmemory, and the writes after it with it. Whoever takes
-- the delivery out of the pending or open ones, and nobody else, may count it.

local retention, now = tonumber(ARGV[1]), tonumber(ARGV[2])
local field = { s = 'skipped', d = 'delivered', x = 'dead' }
local counts = {}

local function count(cursor, name)
  local key = cursor .. '\n' .. name
  if counts[key] then
    counts[key].by = counts[key].by + 1
  else
    counts[key] = { cursor = cursor, name = name, by = 1 }
  end
end

-- Takes the message out of the log, or from where it was put when the log moved on.
local function contentOf(prefix, log, entry)
  local found = redis.call('XRANGE', log, entry, entry)[1]
  if found then
    local fields = fieldsOf(found)
    return fields.b or '', fields.m or '[]', fields.n or '0'
  end
  local held = redis.call('HMGET', prefix .. 'held:' .. entry, 'b', 'm', 'n')
  return held[1] or '', held[2] or '[]', held[3] or '0'
end

local function settle(log, subscriber, entry, state, record, dueAt, reason)
  local prefix = string.sub(log, 1, -4)
  local cursor, open = prefix .. 'cursor:' .. subscriber, prefix .. 'open:' .. subscriber
  local key, letters = prefix .. 'record:' .. entry, prefix .. 'dead:' .. subscriber
  -- What is broken fails here, before anything has changed: what was no longer pending and not open either would be lost.
  redis.call('ZSCORE', open, entry)
  redis.call('HEXISTS', cursor, 'base')
  redis.call('HEXISTS', key, subscriber)
  if state == 'x' then redis.call('XLEN', letters) end
  local wasPending = redis.call('XACK', log, subscriber, entry) == 1
  local wasOpen = redis.call('ZREM', open, entry) == 1
  if not wasPending and not wasOpen then return 0 end
  -- A cursor that was made again has read an open delivery once more: still one delivery, so it was read once less.
  if wasPending and wasOpen then redis.call('HINCRBY', cursor, 'base', 1) end
  if state == 'o' then
    redis.call('ZADD', open, dueAt, entry)
  else
    if state == 'x' then
      local body, metadata, ordinal = contentOf(prefix, log, entry)
      redis.call('XADD', letters, '*', 'entry', entry, 'b', body, 'm', metadata, 'n', ordinal, 'reason', reason, 'record', record)
    end
    if wasOpen then release(prefix, entry) end
    count(cursor, field[state])
    if state == 'd' then redis.call('HSET', cursor, 'last', ARGV[2]) end
  end
  if record ~= '' then
    redis.call('HSET', key, subscriber, record)
    redis.call('PEXPIRE', key, retention, 'NX')
    if state == 'o' then redis.call('PEXPIREAT', key, string.format('%.0f', math.max(tonumber(dueAt), now) + retention), 'GT') end
  end
  return 1
end

for _, log in ipairs(KEYS) do refuseWhileMoving(string.sub(log, 1, -4)) end

local answers, refusal = {}, nil
for at = 3, #ARGV, 7 do
  local ok, answer = pcall(settle, KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], ARGV[at + 6])
  if not ok then
    answer = messageOf(answer)
    -- Anything else may be true of all of them; those that were settled before it are counted all the same.
    if not string.find(answer, 'WRONGTYPE') then
      refusal = answer
      break
    end
  end
  answers[#answers + 1] = answer
end
for _, c in pairs(counts) do redis.call('HINCRBY', c.cursor, c.name, c.by) end
if refusal then return redis.error_reply(refusal) end
return answers
