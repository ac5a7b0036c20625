-- Every cursor of an endpoint that has books, also one whose group is missing. Read only.
--
-- KEYS: log. Answer: {entries in the log, per cursor {subscriber, waiting, pending, open, dead letters, 1 when a process that runs
--   names it, 1 when it has left the configurations in force}, …}.

local log = KEYS[1]
local prefix = string.sub(log, 1, -4)
local now = nowMs()
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)
local groups = groupsOf(log)
local names = {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. 'cursors')) do names[name] = true end
for name in pairs(groups) do names[name] = true end

local answer = { redis.call('XLEN', log) }
for name in pairs(names) do
  local cursor = prefix .. 'cursor:' .. name
  if redis.call('EXISTS', cursor) == 1 then
    local group = groups[name] or missingGroup(prefix, name)
    answer[#answer + 1] = {
      name, kept - (ordinalAt(log, group['last-delivered-id'], kept)), group.pending,
      redis.call('ZCARD', prefix .. 'open:' .. name), redis.call('XLEN', prefix .. 'dead:' .. name),
      isAlive(cursor, now) and 1 or 0, hasLeft(cursor) and 1 or 0,
    }
  end
end
return answer
