-- Deletes consumers of Runlog that have no entries: the given one, and those of servers that ended long ago.
--
-- KEYS: the stream. ARGV: group, prefix of Runlog's consumers, consumer to delete ("" for none), idle time in
-- milliseconds after which others are deleted.
local stream, group, prefix, own, idle_max = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

for _, reply in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local consumer = {}
  for i = 1, #reply, 2 do
    consumer[reply[i]] = reply[i + 1]
  end
  local is_over = consumer.name == own
      or string.sub(consumer.name, 1, #prefix) == prefix and consumer.idle > idle_max
  if consumer.pending == 0 and is_over then
    redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
  end
end
return 'OK'
