-- The ledger of an endpoint, as one snapshot. Read only; counts by ordinals, since XINFO's own lag is unknown for any
-- group that did not begin at the start of an empty log.
--
-- KEYS: log. Answer: per cursor {subscriber, read, skipped, delivered, dead, discarded, open, pending, waiting, oldest waiting
--   entry, first due at ms, dead letters, last delivered at ms}; a missing log has no cursors.

local log = KEYS[1]
local prefix = string.sub(log, 1, -4)
local kept = tonumber(redis.call('HGET', prefix .. 'totals', 'kept') or 0)
if redis.call('EXISTS', log) == 0 then return {} end

local cursors = {}
for _, group in ipairs(redis.call('XINFO', 'GROUPS', log)) do
  local g = mapOf(group)
  local c = redis.call('HMGET', prefix .. 'cursor:' .. g.name, 'base', 'skipped', 'delivered', 'dead', 'discarded', 'last')
  local ordinal, oldest = ordinalAt(log, g['last-delivered-id'], kept)
  local first = redis.call('ZRANGE', prefix .. 'open:' .. g.name, 0, 0, 'WITHSCORES')
  cursors[#cursors + 1] = {
    g.name, ordinal - tonumber(c[1] or 0), tonumber(c[2] or 0), tonumber(c[3] or 0), tonumber(c[4] or 0), tonumber(c[5] or 0),
    redis.call('ZCARD', prefix .. 'open:' .. g.name), g.pending, kept - ordinal, oldest or '',
    first[2] or '', redis.call('XLEN', prefix .. 'dead:' .. g.name), c[6] or '',
  }
end
return cursors
