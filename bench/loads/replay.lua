-- Sends the requests of a file, from a line on: path, authorization, content type and body, tabs between.
--   wrk -s replay.lua URL -- FILE FIRST once|again
-- Each is put together before the clock starts, so that choosing the next one costs next to nothing. With "once" no
-- line is sent twice, and to run out of lines is reported; with "again" it starts over.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  requests, number, used, ran_out = {}, 0, 0, false
  local first = tonumber(args[2])
  again = args[3] == "again"
  for line in io.lines(args[1]) do
    number = number + 1
    if number > first then
      local path, authorization, kind, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = { ["Content-Type"] = kind }
      if authorization ~= "" then headers["Authorization"] = authorization end
      requests[#requests + 1] = wrk.format("POST", path, headers, body)
    end
  end
  number = #requests
  collectgarbage()
end

function request()
  used = used + 1
  if used > number then
    if again then
      used = 1
    else
      ran_out = true
      wrk.thread:stop()
      return requests[number]
    end
  end
  return requests[used]
end

function done(summary, latency)
  local sent, empty = 0, false
  for _, thread in ipairs(threads) do
    sent = sent + thread:get("used")
    empty = empty or thread:get("ran_out")
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"max":%d,"sent":%d,"ran_out":%s,' ..
    '"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max, sent,
    tostring(empty), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
