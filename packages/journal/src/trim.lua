-- Trims an endpoint's log by age, or under pressure whatever the age, never past what some cursor has not reached or has
-- pending, and saves every cursor's floor. What is still open takes its body along, so that one stubborn delivery does not
-- hold the log.
-- A cursor that no live configuration has named for one retention is given up: what it had not settled counts as discarded.
--
-- KEYS: log. ARGV: retention ms, "pressed" or "", then the subscribers of the caller's configuration.
-- Answer: {entries trimmed, bodies put aside, messages discarded, ms by which the newest entry lies in the future, 1 when there
--   is more to do: one call never takes long, since nothing else runs meanwhile}.

local log = KEYS[1]
local prefix = string.sub(log, 1, -4)
local now, retention = nowMs(), tonumber(ARGV[1])
local cutoff = now - retention
-- Entries looked at one by one in a log from the future, in steps and altogether.
local STEP, WALK = 100, 10000
-- Open deliveries looked for at most.
local LOOKS = 5000
-- Entries trimmed at most, give or take a node of the stream.
local MOST, NODE = 50000, 1000
local pressed = ARGV[2] == 'pressed'
refuseWhileMoving(prefix)
if redis.call('EXISTS', log) == 0 then return { 0, 0, 0, 0, 0 } end
allowAtMaxmemory(log)
local alive = string.format('%.0f', now)
local unfinished = 0

local function before(a, b)
  local aMs, aSeq = parts(a)
  local bMs, bSeq = parts(b)
  return aMs < bMs or (aMs == bMs and aSeq < bSeq)
end

-- The first id behind this one.
local function behind(id)
  local ms, seq = parts(id)
  if seq >= 2 ^ 53 then return string.format('%.0f-0', ms + 1) end
  return string.format('%.0f-%.0f', ms, seq + 1)
end

-- The names of all cursors that have books: one whose group is missing is not in XINFO.
local names = prefix .. 'cursors'
local configured = {}
for i = 3, #ARGV do
  configured[ARGV[i]] = true
  redis.call('HSET', prefix .. 'cursor:' .. ARGV[i], 'alive', alive)
  redis.call('SADD', names, ARGV[i])
end

-- Whether no live configuration has named this cursor for one retention.
local function isOrphaned(name)
  if configured[name] then return false end
  local cursor = prefix .. 'cursor:' .. name
  local named = tonumber(redis.call('HGET', cursor, 'alive') or nil)
  if not named then redis.call('HSET', cursor, 'alive', alive) end
  return named ~= nil and now - named > retention
end

-- Everything before the floor has been read and is not pending, for every cursor.
local groups, floor, discarded = {}, nil, 0

-- Whether it is gone now.
local function giveUpOrphan(group)
  if not isOrphaned(group.name) then return false end
  local more, gone = giveUp(log, prefix, group)
  discarded = discarded + more
  if not gone then unfinished = 1 end
  return gone
end

local function holdFrom(subscriber, following)
  if not floor or before(following, floor) then floor = following end
  groups[#groups + 1] = subscriber
end

local present = {}
for _, raw in ipairs(redis.call('XINFO', 'GROUPS', log)) do
  local group = mapOf(raw)
  local cursor = prefix .. 'cursor:' .. group.name
  present[group.name] = true
  if not giveUpOrphan(group) then
    redis.call('SADD', names, group.name)
    local mine = group['last-delivered-id']
    local following = behind(mine)
    if group.pending > 0 then
      following = redis.call('XPENDING', log, group.name)[2]
      local ms, seq = parts(following)
      mine = seq > 0 and string.format('%.0f-%.0f', ms, seq - 1) or string.format('%.0f-18446744073709551615', math.max(ms - 1, 0))
    end
    redis.call('HSET', cursor, 'floor', mine)
    holdFrom(group.name, following)
  end
end
for _, name in ipairs(redis.call('SMEMBERS', names)) do
  local cursor = prefix .. 'cursor:' .. name
  if redis.call('EXISTS', cursor) == 0 then
    redis.call('SREM', names, name)
  elseif not present[name] then
    local saved = redis.call('HGET', cursor, 'floor')
    if not giveUpOrphan(missingGroup(prefix, name)) then holdFrom(name, saved and behind(saved) or '0-0') end
  end
end

local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local ahead = newest and math.max(parts(newest[1]) - now, 0) or 0

local function firstReceivedSince(instant)
  local last = oldest[1]
  for _ = 1, WALK / STEP do
    for _, entry in ipairs(redis.call('XRANGE', log, last, '+', 'COUNT', STEP)) do
      last = entry[1]
      if (receivedAtOf(fieldsOf(entry)) or 0) >= instant then return last end
    end
  end
  return last
end

-- The first entry to stay. Ids tell the age, unless the clock was stepped back; then the receive time does.
local function firstToStay()
  if not oldest then return nil end
  local stay
  if pressed then
    stay = behind(newest[1])
  elseif parts(oldest[1]) <= now then
    stay = string.format('%.0f-0', math.max(cutoff, 0))
  else
    stay = firstReceivedSince(cutoff)
  end
  if floor and before(floor, stay) then stay = floor end
  if before(oldest[1], stay) then return stay end
end

local function putAside(entry)
  local held = prefix .. 'held:' .. entry[1]
  local fields = fieldsOf(entry)
  redis.call('HSET', held, 'b', fields.b or '', 'm', fields.m or '[]', 'n', fields.n or '0')
  redis.call('HINCRBY', held, 'wanted', 1)
end

-- Puts aside what is open of the entries before `stay`; answers how far it came. It walks what is to be trimmed and not what
-- is open, which may be a hundred times as much.
local trimmed, aside = 0, 0
local function rescue(stay)
  local opens = {}
  for _, subscriber in ipairs(groups) do
    local open = prefix .. 'open:' .. subscriber
    if redis.call('EXISTS', open) == 1 then opens[#opens + 1] = open end
  end
  if #opens == 0 then return stay end
  local looks, from = 0, '-'
  while true do
    local entries = redis.call('XRANGE', log, from, '(' .. stay, 'COUNT', STEP)
    for _, entry in ipairs(entries) do
      if looks >= LOOKS then
        unfinished = 1
        return entry[1]
      end
      for _, open in ipairs(opens) do
        looks = looks + 1
        if redis.call('ZSCORE', open, entry[1]) then
          putAside(entry)
          aside = aside + 1
        end
      end
      from = '(' .. entry[1]
    end
    if #entries < STEP then return stay end
  end
end

-- A million entries at once would hold everybody else up for a quarter of a second.
local function trimUpTo(stay)
  trimmed = redis.call('XTRIM', log, 'MINID', '~', stay, 'LIMIT', MOST)
  if trimmed > MOST - NODE then
    unfinished = 1
  else
    trimmed = trimmed + redis.call('XTRIM', log, 'MINID', stay)
  end
end

local stay = firstToStay()
if stay then trimUpTo(rescue(stay)) end
return { trimmed, aside, discarded, ahead, unfinished }
