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

function done(summary, latency, all)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"micros":%d,"non2xx":%d,"errors":%d,"p50":%d,"p99":%d,"max":%d,"cpu":%.3f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max, os.clock()))
end
