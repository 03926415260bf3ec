-- Asks for the paths of a file (PATHS), one after another, and writes the figures as JSON.
local paths = {}
for path in io.lines(os.getenv('PATHS')) do paths[#paths + 1] = path end
local at = 0

request = function()
  at = at % #paths + 1
  return wrk.format('GET', paths[at])
end

done = function(summary, latency)
  local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format('JSON {"rate":%f,"p50":%f,"p99":%f,"bytes":%f,"errors":%d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.bytes / summary.requests, errors))
end
