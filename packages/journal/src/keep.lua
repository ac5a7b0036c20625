-- Takes messages into their endpoints' logs, each once.
--
-- KEYS: a log per endpoint. ARGV: retention ms; then per endpoint its name and dedup window ms; then three per message:
--   facts, metadata, body. Facts are bytes: number of its endpoint in KEYS (2), vendor's attempt (1; 0: not numbered),
--   a dedup window of its own in s (2; 0: the endpoint's), token (4), digest (12), look-ups (8 each).
-- Answer: a word per message: "+<entry>" new, "=<entry>" seen before, "-" the endpoint has no log yet.
--
-- Seen before means: our own repetition (same token), or the vendor's resend. A vendor that numbers its attempts sends
-- each number once per message, so a number that every look-alike has already used begins a new message.
-- A sighting is 14 bytes: stream ms (6), stream seq (3), attempt (1), token (4).

local SIGHTING, MOST_SIGHTINGS, FACTS = 14, 16, 21
local retention = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function loadEndpoint(i)
  local prefix = string.sub(KEYS[i], 1, -4)
  local totals = redis.call('HMGET', prefix .. 'totals', 'kept', 'seen', 'find')
  return {
    name = ARGV[2 * i],
    windowMs = tonumber(ARGV[2 * i + 1]),
    log = KEYS[i],
    prefix = prefix,
    seenPrefix = prefix .. 'seen:',
    findPrefix = prefix .. 'find:',
    kept = tonumber(totals[1] or 0),
    seen = parseGenerations(totals[2]),
    find = parseGenerations(totals[3]),
    changed = false,
  }
end

-- The place of an entry in 9 bytes. The milliseconds are written in two parts: not every Redis packs more than 32 bits.
local function packPlace(ms, seq)
  return struct.pack('>I2I4I3', math.floor(ms / 2 ^ 32), ms % 2 ^ 32, seq)
end

local function sighting(ms, seq, attempt, token)
  return packPlace(ms, seq) .. struct.pack('Bc4', attempt, token)
end

local function unpackSighting(value, at)
  local high, low, seq, attempt, token = struct.unpack('>I2I4I3Bc4', value, at)
  return high * 2 ^ 32 + low, seq, attempt, token
end

-- Every sighting of the digest within the window: {key, value} per bucket that knows it, and the sightings in order.
local function lookUp(endpoint, digest, windowMs)
  local places, sightings = {}, {}
  for _, generation in ipairs(endpoint.seen) do
    local key = endpoint.seenPrefix .. bucketOf(generation, digest)
    local value = redis.call('HGET', key, digest)
    if value then
      places[#places + 1] = { key = key, value = value }
      for at = 1, #value, SIGHTING do
        local ms, seq, attempt, token = unpackSighting(value, at)
        if now - ms <= windowMs then
          sightings[#sightings + 1] = { entry = string.format('%.0f-%d', ms, seq), ms = ms, seq = seq, attempt = attempt, token = token, place = #places }
        end
      end
    end
  end
  return places, sightings
end

-- The sighting of the message that this is a repetition of, or nil. The second answer: it is our own repetition.
local function firstOf(sightings, attempt, token)
  for _, s in ipairs(sightings) do
    if s.token == token then return s, true end
  end
  if attempt == 0 then return sightings[1], false end
  local used = {}
  for _, s in ipairs(sightings) do
    if s.attempt == attempt then used[s.entry] = true end
  end
  for _, s in ipairs(sightings) do
    if not used[s.entry] then return s, false end
  end
end

local function append(value, more)
  local joined = (value or '') .. more
  return string.sub(joined, -MOST_SIGHTINGS * SIGHTING)
end

local function rememberSeen(endpoint, places, digest, ms, seq, attempt, token)
  local sliceMs = math.max(math.floor(endpoint.windowMs / 2), 1000)
  local generation = openGeneration(endpoint.seen, now, sliceMs, endpoint.windowMs)
  local key = endpoint.seenPrefix .. bucketOf(generation, digest)
  local known
  for _, place in ipairs(places) do
    if place.key == key then known = place.value end
  end
  redis.call('HSET', key, digest, append(known, sighting(ms, seq, attempt, token)))
  redis.call('PEXPIREAT', key, bucketEnd(generation, sliceMs, endpoint.windowMs))
  generation.entries = generation.entries + 1
end

local function rememberLookUps(endpoint, hashes, ms, seq)
  local sliceMs = math.max(math.floor(retention / 24), 60000)
  for at = 1, #hashes, 8 do
    local hash = string.sub(hashes, at, at + 7)
    local generation = openGeneration(endpoint.find, now, sliceMs, retention)
    local key = endpoint.findPrefix .. bucketOf(generation, hash)
    redis.call('ZADD', key, 0, hash .. packPlace(ms, seq))
    redis.call('PEXPIREAT', key, bucketEnd(generation, sliceMs, retention))
    generation.entries = generation.entries + 1
  end
end

local function windowOf(endpoint, seconds)
  if seconds == 0 then return endpoint.windowMs end
  return math.min(seconds * 1000, endpoint.windowMs)
end

local function keep(endpoint, body, metadata, facts)
  local _, attempt, seconds, token, digest = struct.unpack('>I2BI2c4c12', facts)
  local places, sightings = lookUp(endpoint, digest, windowOf(endpoint, seconds))
  local first, own = firstOf(sightings, attempt, token)
  if first then
    if not own and attempt ~= 0 then
      local place = places[first.place]
      redis.call('HSET', place.key, digest, append(place.value, sighting(first.ms, first.seq, attempt, token)))
    end
    return '=' .. first.entry
  end
  local entry = redis.call('XADD', endpoint.log, 'NOMKSTREAM', '*', 'b', body, 'm', metadata, 'n', string.format('%.0f', endpoint.kept + 1))
  if not entry then return '-' end
  endpoint.kept = endpoint.kept + 1
  endpoint.changed = true
  local ms, seq = string.match(entry, '(%d+)-(%d+)')
  rememberSeen(endpoint, places, digest, tonumber(ms), tonumber(seq), attempt, token)
  rememberLookUps(endpoint, string.sub(facts, FACTS + 1), tonumber(ms), tonumber(seq))
  return '+' .. entry
end

local endpoints = {}
for i = 1, #KEYS do endpoints[i] = loadEndpoint(i) end

local answers = {}
for at = 2 * #KEYS + 2, #ARGV, 3 do
  local facts = ARGV[at]
  local endpoint = endpoints[struct.unpack('>I2', facts)]
  answers[#answers + 1] = keep(endpoint, ARGV[at + 2], ARGV[at + 1], facts)
end

for _, endpoint in ipairs(endpoints) do
  if endpoint.changed then
    redis.call('HSET', endpoint.prefix .. 'totals', 'kept', string.format('%.0f', endpoint.kept),
      'seen', packGenerations(endpoint.seen), 'find', packGenerations(endpoint.find))
    redis.call('PUBLISH', 'relay:bell', endpoint.name)
  end
end
return table.concat(answers, ' ')
