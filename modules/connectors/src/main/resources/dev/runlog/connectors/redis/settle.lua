-- Acknowledges entries. Those that can never be recorded are first copied to the dead-letter stream. An entry that
-- another consumer has taken over meanwhile is left to it.
--
-- KEYS: the stream, the dead-letter stream. ARGV: group, consumer, whether to delete acknowledged entries (1 or 0),
-- maximum dead letters, maximum bytes of an event, number of recorded entries, their IDs; then ID, code and reason of
-- each entry that can never be recorded.
-- Reply: number of dead letters added.
local stream, dead_stream = KEYS[1], KEYS[2]
local group, consumer, deletes = ARGV[1], ARGV[2], ARGV[3] == '1'
local letters_max, event_max, recorded = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local FIELDS_MAX = 100

local function acknowledge(id)
  redis.call('XACK', stream, group, id)
  if deletes then
    redis.call('XDEL', stream, id)
  end
end

-- All fields of the entry, or only its event if there are more than Lua can pass on.
local function letter(fields)
  local copy = {}
  for i = 1, #fields, 2 do
    if fields[i] == 'event' or #fields <= 2 * FIELDS_MAX and #fields[i] + #fields[i + 1] <= event_max then
      copy[#copy + 1] = fields[i]
      copy[#copy + 1] = string.sub(fields[i + 1], 1, event_max)
      if #copy >= 2 * FIELDS_MAX then
        break
      end
    end
  end
  return copy
end

for i = 7, 6 + recorded do
  acknowledge(ARGV[i])
end

local letters = 0
for i = 7 + recorded, #ARGV, 3 do
  local id, code, reason = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if #redis.call('XPENDING', stream, group, id, id, 1, consumer) > 0 then
    local entry = redis.call('XRANGE', stream, id, id)[1]
    if entry then
      local copy = letter(entry[2])
      for _, text in ipairs({'entry', id, 'code', code, 'reason', reason}) do
        copy[#copy + 1] = text
      end
      redis.call('XADD', dead_stream, 'MAXLEN', '~', letters_max, '*', unpack(copy))
      letters = letters + 1
    end
    acknowledge(id)
  end
end

return letters
