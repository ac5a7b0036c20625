-- Sightings: what is remembered of the messages that look alike, by which a repetition is told from a new one.
--
-- Seen before means: our own repetition (same token), or the vendor's resend. A vendor that numbers its attempts sends
-- each number once per message and counts upwards, so a number that every look-alike has already used begins a new
-- message, and so does one that is received long after a higher one. Whether two are within the window is told by when they
-- were received, since what waited in a spool is kept in a burst, and late.
-- A sighting is 20 bytes: stream ms (6), stream seq (3), received at ms (6), attempt (1), token (4). Those of before were
-- shorter, under 12 bytes of the digest, and are not found any more.

local SIGHTING, PLACE, MOST_SIGHTINGS = 20, 9, 16

-- One attempt may overtake another by so much: resends were seen to follow within seconds, and the clocks of two ingests may
-- differ by a second or so.
local OVERTAKE_MS = 60000

-- The milliseconds are written in two parts: not every Redis packs more than 32 bits.
local function packMs(ms)
  return struct.pack('>I2I4', math.floor(ms / 2 ^ 32), ms % 2 ^ 32)
end

local function packPlace(ms, seq)
  return packMs(ms) .. struct.pack('>I3', seq)
end

local function entryAt(place)
  local high, low, seq = struct.unpack('>I2I4I3', place)
  return string.format('%.0f-%d', high * 2 ^ 32 + low, seq)
end

local function sighting(place, seen)
  return place .. packMs(seen.received) .. struct.pack('Bc4', seen.attempt, seen.token)
end

-- What is known of a digest: {value by key of each bucket that has it, the messages that look alike in the order they were
-- kept}. A message is {key, place, sightings}; all sightings of a message are in one bucket.
local function lookUp(endpoint, digest)
  local values, messages = {}, {}
  for _, generation in ipairs(endpoint.seen) do
    local key = endpoint.seenPrefix .. bucketOf(generation, digest)
    local value = redis.call('HGET', key, digest)
    if value then
      values[key] = value
      local here = {}
      for at = 1, #value, SIGHTING do
        local place = string.sub(value, at, at + PLACE - 1)
        local high, low, attempt, token = struct.unpack('>I2I4Bc4', value, at + PLACE)
        if not here[place] then
          here[place] = { key = key, place = place, sightings = {} }
          messages[#messages + 1] = here[place]
        end
        local sightings = here[place].sightings
        sightings[#sightings + 1] = { at = at, received = high * 2 ^ 32 + low, attempt = attempt, token = token }
      end
    end
  end
  return values, messages
end

-- Whether two numbers go with when they were received: one of their own for each, and the higher one later.
local function inTurn(one, other)
  if one.attempt == 0 or other.attempt == 0 then return true end
  if one.attempt == other.attempt then return false end
  if one.attempt > other.attempt then one, other = other, one end
  return one.received - other.received <= OVERTAKE_MS
end

-- Whether `seen` may be one more attempt at this message: within the window of all that was seen of it, so that a message
-- does not grow with each repetition, and in turn with all of it.
local function mayRepeat(message, seen, windowMs)
  for _, s in ipairs(message.sightings) do
    if math.abs(seen.received - s.received) > windowMs or not inTurn(seen, s) then return false end
  end
  return true
end

-- The message that this is a repetition of, or nil. The second answer: it is our own repetition.
local function firstOf(messages, seen, windowMs)
  for _, message in ipairs(messages) do
    for _, s in ipairs(message.sightings) do
      if s.token == seen.token then return message, true end
    end
  end
  for _, message in ipairs(messages) do
    if mayRepeat(message, seen, windowMs) then return message, false end
  end
end

-- The value of a digest with one more sighting. When there are too many the message that was kept first is forgotten, and
-- all that was seen of it: if only part of it were, a look-alike would be taken for its resend.
local function append(value, place, seen)
  value = (value or '') .. sighting(place, seen)
  if #value <= MOST_SIGHTINGS * SIGHTING then return value end
  local oldest
  local left = {}
  for at = 1, #value, SIGHTING do
    local other = string.sub(value, at, at + PLACE - 1)
    if not oldest and other ~= place then oldest = other end
    if other ~= oldest then left[#left + 1] = string.sub(value, at, at + SIGHTING - 1) end
  end
  return table.concat(left)
end

-- The value of a digest after a repetition, or nil when nothing changes. Of repetitions without a number only when the
-- first and the last were received is remembered: there may be any number of them.
local function widen(value, message, seen)
  if seen.attempt ~= 0 then return append(value, message.place, seen) end
  local first, last = message.sightings[1], message.sightings[1]
  for _, s in ipairs(message.sightings) do
    if s.received < first.received then first = s end
    if s.received > last.received then last = s end
  end
  if seen.received >= first.received and seen.received <= last.received then return nil end
  local outdone = seen.received < first.received and first or last
  if first == last or outdone.attempt ~= 0 then return append(value, message.place, seen) end
  return string.sub(value, 1, outdone.at - 1) .. sighting(message.place, seen) .. string.sub(value, outdone.at + SIGHTING)
end
