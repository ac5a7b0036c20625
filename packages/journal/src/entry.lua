-- Shared by several scripts: log entries, the bodies that outlived them, the clock, errors.

local function mapOf(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

local function fieldsOf(entry)
  return mapOf(entry[2])
end

-- Both numbers of an entry's id.
local function parts(id)
  local ms, seq = string.match(id, '(%d+)-(%d+)')
  return tonumber(ms), tonumber(seq)
end

-- When the relay had read a message, ms: the metadata's first value. Not by cjson, which refuses half a surrogate pair, and
-- a vendor may send one.
local function receivedAtOf(fields)
  return tonumber(string.match(fields.m or '', '^%[([%d.]+)'))
end

-- How many messages had been kept up to and including this place; the second answer is the entry behind it. One that somebody
-- else has written has no ordinal, and the next one tells.
local function ordinalAt(log, place, kept)
  local following
  while true do
    local entry = redis.call('XRANGE', log, '(' .. place, '+', 'COUNT', 1)[1]
    if not entry then return kept, following end
    following = following or entry[1]
    local ordinal = tonumber(fieldsOf(entry).n)
    if ordinal then return ordinal - 1, following end
    place = entry[1]
  end
end

-- One open delivery less needs the body that was put aside.
local function release(prefix, entry)
  local held = prefix .. 'held:' .. entry
  if redis.call('EXISTS', held) == 1 and redis.call('HINCRBY', held, 'wanted', -1) <= 0 then redis.call('DEL', held) end
end

-- By the clock of Redis, which also makes the entries' ids.
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- What went wrong, out of what pcall answers.
local function messageOf(trouble)
  return type(trouble) == 'table' and trouble.err or tostring(trouble)
end

-- While a slot moves from one node of a cluster to another, a key that is not here may be there, and looks as if it had never
-- been. Then Redis refuses keys that never are anywhere, and with them the script, before it has written anything.
local function refuseWhileMoving(prefix)
  redis.call('EXISTS', prefix .. 'here', prefix .. 'there')
end

-- Trims nothing: a script whose first write is one that Redis allows at maxmemory is let through as a whole.
local function allowAtMaxmemory(log)
  redis.call('XTRIM', log, 'MINID', '0-0')
end
