-- A closed loop of random calls from the file named by CALLS: lines of method, path, token and body, between tabs.
local requests = {}

function init(arguments)
  for line in io.lines(os.getenv("CALLS")) do
    local method, path, token, body = line:match("^(%S+)\t(%S+)\t(%S+)\t(.*)$")
    local headers = { ["Authorization"] = "Bearer " .. token }
    if body ~= "" then
      headers["Content-Type"] = "application/json"
    else
      body = nil
    end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(os.time())
end

function request()
  return requests[math.random(#requests)]
end

-- wrk adds to its latencies what requests at a fixed pace would have waited behind each slow one: a guess at another
-- load than this one, which made of a single stall of 90 ms dozens. The guesses are taken out again, the way they were
-- put in (stats_correct in wrk's source), so that what is left is each request's own time. Stalls show at fixed rates.
local function own_times(latency, summary, connections)
  local pace = math.floor(summary.duration / math.floor(summary.requests / connections))
  local values, counts = {}, {}
  for i = 1, #latency do
    local value, count = latency(i)
    values[i] = value
    counts[value] = count
  end
  for i = #values, 1, -1 do
    local value = values[i]
    local count = counts[value]
    if value >= 2 * pace and count > 0 then
      local guess = value - pace
      while guess > pace do
        counts[guess] = counts[guess] - count
        guess = guess - pace
      end
    end
  end
  return values, counts
end

local function percentile(values, counts, part)
  local total = 0
  for _, value in ipairs(values) do
    total = total + counts[value]
  end
  local seen = 0
  for _, value in ipairs(values) do
    seen = seen + counts[value]
    if seen >= part * total then
      return value
    end
  end
  return 0
end

function done(summary, latency, all)
  local cpu = os.clock() -- of the load, before what follows
  local errors = summary.errors
  local values, counts = own_times(latency, summary, tonumber(os.getenv("CONNECTIONS")))
  io.write(string.format(
    '\n{"requests":%d,"micros":%d,"non2xx":%d,"errors":%d,"p50":%d,"p99":%d,"max":%d,"cpu":%.3f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    percentile(values, counts, 0.5), percentile(values, counts, 0.99), latency.max, cpu))
end
