-- Shared by several scripts: log entries, the bodies that outlived them, the clock.

local function fieldsOf(entry)
  local fields = {}
  for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
  return fields
end

-- The first entry behind a place, or nil.
local function entryAfter(log, place)
  return redis.call('XRANGE', log, '(' .. place, '+', 'COUNT', 1)[1]
end

-- How many messages had been kept up to and including this place; the second answer is the entry behind it.
local function ordinalAt(log, place, kept)
  local entry = entryAfter(log, place)
  if not entry then return kept end
  return tonumber(fieldsOf(entry).n) - 1, entry[1]
end

-- One open delivery less needs the body that was put aside.
local function release(prefix, entry)
  local held = prefix .. 'held:' .. entry
  if redis.call('EXISTS', held) == 1 and redis.call('HINCRBY', held, 'wanted', -1) <= 0 then redis.call('DEL', held) end
end

local function mapOf(flat)
  local map = {}
  for i = 1, #flat, 2 do map[flat[i]] = flat[i + 1] end
  return map
end

-- By the clock of Redis, which also makes the entries' ids.
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Trims nothing: a script whose first write is one that Redis allows at maxmemory is let through as a whole.
local function allowAtMaxmemory(log)
  redis.call('XTRIM', log, 'MINID', '0-0')
end
