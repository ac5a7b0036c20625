-- Takes messages into their endpoints' logs, each once.
--
-- KEYS: a log per endpoint. ARGV: retention ms; ms for which sightings are remembered beyond the window; then per endpoint
--   its name and dedup window ms; then three per message:
--   facts, metadata, body. Facts are bytes: 1 for the first message of a request (1), number of its endpoint in KEYS (2),
--   vendor's attempt (1; 0: not numbered), a dedup window of its own in s (2; 0: the endpoint's), token (4), receive time in
--   ms (6), digest (13), look-ups (8 each).
-- Answer: a line of words, one per message: "+<entry>" new, "=<entry>" seen before, "-" the endpoint has no log yet,
--   "!<n>" its request was not kept, because of the nth error; then the errors. All of a request is kept, or nothing; what
--   is broken at one endpoint is no other one's business.

local FACTS = 29
local retention, outageMs = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = nowMs()

local function loadEndpoint(i)
  local prefix = string.sub(KEYS[i], 1, -4)
  refuseWhileMoving(prefix)
  local totals = redis.call('HMGET', prefix .. 'totals', 'kept', 'seen', 'find')
  local windowMs = tonumber(ARGV[2 * i + 2])
  return {
    name = ARGV[2 * i + 1],
    windowMs = windowMs,
    seenMs = windowMs + outageMs,
    log = KEYS[i],
    prefix = prefix,
    seenPrefix = prefix .. 'seen:',
    findPrefix = prefix .. 'find:',
    kept = tonumber(totals[1] or 0) or error('ERR the number of messages kept is not a number', 0),
    seen = parseGenerations(totals[2]),
    find = parseGenerations(totals[3]),
    changed = false,
  }
end

-- What the request at hand has written so far, as commands that take it back.
local takeBack = {}

local function remember(key, digest, value, before)
  redis.call('HSET', key, digest, value)
  takeBack[#takeBack + 1] = before and { 'HSET', key, digest, before } or { 'HDEL', key, digest }
end

local function rememberSeen(endpoint, values, digest, place, seen)
  local sliceMs = math.max(math.floor(endpoint.seenMs / 2), 1000)
  local generation = openGeneration(endpoint.seen, now, sliceMs, endpoint.seenMs)
  local key = endpoint.seenPrefix .. bucketOf(generation, digest)
  remember(key, digest, append(values[key], place, seen), values[key])
  redis.call('PEXPIREAT', key, bucketEnd(generation, sliceMs, endpoint.seenMs))
  generation.entries = generation.entries + 1
end

local function rememberLookUps(endpoint, hashes, place)
  local sliceMs = math.max(math.floor(retention / 24), 60000)
  for at = 1, #hashes, 8 do
    local hash = string.sub(hashes, at, at + 7)
    local generation = openGeneration(endpoint.find, now, sliceMs, retention)
    local key = endpoint.findPrefix .. bucketOf(generation, hash)
    redis.call('ZADD', key, 0, hash .. place)
    redis.call('PEXPIREAT', key, bucketEnd(generation, sliceMs, retention))
    generation.entries = generation.entries + 1
  end
end

local function windowOf(endpoint, seconds)
  if seconds == 0 then return endpoint.windowMs end
  return math.min(seconds * 1000, endpoint.windowMs)
end

local function keep(endpoint, body, metadata, facts)
  local attempt, seconds, token, high, low, digest = struct.unpack('>BI2c4I2I4c13', facts, 4)
  local seen = { received = high * 2 ^ 32 + low, attempt = attempt, token = token }
  local values, messages = lookUp(endpoint, digest)
  local first, own = firstOf(messages, seen, windowOf(endpoint, seconds))
  if first then
    local value = not own and widen(values[first.key], first, seen)
    if value then remember(first.key, digest, value, values[first.key]) end
    return '=' .. entryAt(first.place)
  end
  local ordinal = string.format('%.0f', endpoint.kept + 1)
  local entry = redis.call('XADD', endpoint.log, 'NOMKSTREAM', '*', 'b', body, 'm', metadata, 'n', ordinal, 't', token)
  if not entry then return '-' end
  takeBack[#takeBack + 1] = { 'XDEL', endpoint.log, entry }
  endpoint.kept = endpoint.kept + 1
  local place = packPlace(parts(entry))
  rememberSeen(endpoint, values, digest, place, seen)
  rememberLookUps(endpoint, string.sub(facts, FACTS + 1), place)
  return '+' .. entry
end

local endpoints = {}
for i = 1, #KEYS do
  local ok, endpoint = pcall(loadEndpoint, i)
  endpoints[i] = ok and endpoint or { trouble = endpoint }
end

local words, errors = {}, {}

-- The messages of ARGV from one place to another, which came together.
local function keepAll(endpoint, from, to)
  if endpoint.trouble then error(endpoint.trouble, 0) end
  for at = from, to, 3 do
    words[#words + 1] = keep(endpoint, ARGV[at + 2], ARGV[at + 1], ARGV[at])
  end
end

local function keepRequest(from, to)
  local endpoint = endpoints[struct.unpack('>I2', ARGV[from], 2)]
  local kept, answered = endpoint.kept, #words
  takeBack = {}
  local ok, trouble = pcall(keepAll, endpoint, from, to)
  if ok then
    endpoint.changed = endpoint.changed or endpoint.kept > kept
    return
  end
  for i = #takeBack, 1, -1 do redis.call(unpack(takeBack[i])) end
  endpoint.kept = kept
  errors[#errors + 1] = messageOf(trouble)
  for i = 0, (to - from) / 3 do words[answered + i + 1] = '!' .. #errors end
end

local from = 2 * #KEYS + 3
for at = from, #ARGV, 3 do
  local following = ARGV[at + 3]
  if not following or string.byte(following) == 1 then
    keepRequest(from, at)
    from = at + 3
  end
end

for _, endpoint in ipairs(endpoints) do
  if endpoint.changed then
    redis.call('HSET', endpoint.prefix .. 'totals', 'kept', string.format('%.0f', endpoint.kept),
      'seen', packGenerations(endpoint.seen), 'find', packGenerations(endpoint.find))
    redis.call('PUBLISH', 'relay:bell', endpoint.name)
  end
end
return { table.concat(words, ' '), unpack(errors) }
