-- Deletes a cursor that no process that runs names, now: what it had not settled counts as discarded.
--
-- KEYS: log. ARGV: subscriber, "letters" when its dead letters are to go as well, else "".
-- Answer: {1 when it is named still and nothing was done, messages discarded, dead letters deleted, 1 when there is more to do}.

local log, subscriber = KEYS[1], ARGV[1]
local prefix = string.sub(log, 1, -4)
local cursor, letters = prefix .. 'cursor:' .. subscriber, prefix .. 'dead:' .. subscriber
refuseWhileMoving(prefix)
if isAlive(cursor, nowMs()) then return { 1, 0, 0, 0 } end

local discarded, gone = 0, true
if redis.call('EXISTS', log) == 1 then
  allowAtMaxmemory(log)
  local group = groupsOf(log)[subscriber]
  if group or redis.call('EXISTS', cursor) == 1 then
    discarded, gone = giveUp(log, prefix, group or missingGroup(prefix, subscriber))
  end
end
local deleted = 0
if gone and ARGV[2] == 'letters' then
  deleted = redis.call('XLEN', letters)
  redis.call('UNLINK', letters)
end
return { 0, discarded, deleted, gone and 0 or 1 }
