-- Delivers entries to a consumer: first those that are due again, then new ones. Ends at a number of entries, or when
-- their events reach a number of bytes: the reply is at most ten events longer. XREADGROUP alone bounds the number only,
-- and an entry may have 512 MB.
--
-- KEYS: the stream. ARGV: group, consumer, maximum entries, maximum bytes, maximum bytes of an event, position of the
-- scan ("" for no scan, "-" for the start), and in milliseconds: idle time after which entries of other consumers are
-- taken over, shortest and longest pause before an entry of this consumer is due again.
-- Reply: position of the next scan, new entries, entries taken over, entries that no longer exist, and the entries as
-- {ID, deliveries, length of the event or -1, event or nil}.
local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local entries_max, bytes_max, event_max = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local position = ARGV[6]
local claim_idle, retry_min, retry_max = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local SCANNED_MAX = 1000
-- Twice as fast as one at a time; more is no faster.
local READ_AT_ONCE = 10

local entries, bytes, fresh, claimed, vanished = {}, 0, 0, 0, 0

local function is_full()
  return #entries >= entries_max or bytes >= bytes_max
end

local function add(id, deliveries, fields)
  local event = false
  for i = 1, #fields, 2 do
    if fields[i] == 'event' then
      event = fields[i + 1]
      break
    end
  end
  local length = event and #event or -1
  if length > event_max then
    event = false
  end
  entries[#entries + 1] = {id, deliveries, length, event}
  bytes = bytes + (event and length or 0)
end

if position ~= '' then
  local pending = redis.call('XPENDING', stream, group, position, '+', SCANNED_MAX)
  local scanned = 0
  for _, one in ipairs(pending) do
    if is_full() then
      break
    end
    scanned = scanned + 1
    local id, holder, idle, deliveries = one[1], one[2], one[3], one[4]
    position = '(' .. id
    local is_own = holder == consumer
    if idle >= (is_own and math.min(retry_min * 2 ^ (deliveries - 1), retry_max) or claim_idle) then
      local entry = redis.call('XCLAIM', stream, group, consumer, 0, id)[1]
      if entry then
        add(id, deliveries + 1, entry[2])
        claimed = claimed + (is_own and 0 or 1)
      else
        redis.call('XACK', stream, group, id)
        vanished = vanished + 1
      end
    end
  end
  if scanned == #pending and scanned < SCANNED_MAX then
    position = '-'
  end
end

while not is_full() do
  local count = math.min(READ_AT_ONCE, entries_max - #entries)
  local reply = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', stream, '>')
  if not reply then
    break
  end
  for _, entry in ipairs(reply[1][2]) do
    add(entry[1], 1, entry[2])
    fresh = fresh + 1
  end
end

return {position, fresh, claimed, vanished, entries}
