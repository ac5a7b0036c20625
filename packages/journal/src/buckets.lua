-- Buckets: many small entries in few keys. An endpoint's entries go into the buckets of a generation; a generation is
-- closed after its slice of time, or when its buckets are full (Redis keeps a hash or sorted set of up to 128 short
-- entries in its compact form), and the next one gets as many buckets as the rate asks for. Each bucket expires whole.
-- The open and the still valid generations of an endpoint are one line of text in its totals:
--   "<id>:<buckets>:<entries>:<opened at, ms> …", oldest first.

local FULL = 100
local FEWEST, MOST = 64, 65536

local function parseGenerations(text)
  local list = {}
  for id, buckets, entries, at in string.gmatch(text or '', '(%d+):(%d+):(%d+):(%d+)') do
    list[#list + 1] = { id = id, buckets = tonumber(buckets), entries = tonumber(entries), at = tonumber(at) }
  end
  return list
end

local function packGenerations(list)
  local texts = {}
  for i, g in ipairs(list) do texts[i] = string.format('%s:%d:%d:%.0f', g.id, g.buckets, g.entries, g.at) end
  return table.concat(texts, ' ')
end

local function bucketsFor(entries)
  local buckets = FEWEST
  while buckets < MOST and buckets * FULL * 0.7 < entries do buckets = buckets * 2 end
  return buckets
end

-- The generation that takes the next entry. Forgets the generations that nobody may ask for any more.
local function openGeneration(list, now, sliceMs, validMs)
  local last = list[#list]
  local buckets
  if not last then
    buckets = FEWEST
  elseif now - last.at >= sliceMs then
    buckets = bucketsFor(last.entries / math.max(now - last.at, 1) * sliceMs)
  elseif last.entries >= last.buckets * FULL then
    buckets = math.min(last.buckets * 4, MOST)
  else
    return last
  end
  while list[2] and now - list[2].at > validMs do table.remove(list, 1) end
  local opened = { id = last and string.format('%d', tonumber(last.id) + 1) or '1', buckets = buckets, entries = 0, at = now }
  list[#list + 1] = opened
  return opened
end

-- Which of the generation's buckets a hash falls into.
local function bucketOf(generation, hash)
  local a, b, c = string.byte(hash, 1, 3)
  return generation.id .. ':' .. ((a * 65536 + b * 256 + c) % generation.buckets)
end

-- When its buckets may go, ms: what was written last in the slice has been valid long enough.
local function bucketEnd(generation, sliceMs, validMs)
  generation.ends = generation.ends or string.format('%.0f', generation.at + sliceMs + validMs)
  return generation.ends
end
