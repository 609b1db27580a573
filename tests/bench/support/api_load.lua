-- The load of api_bench: arguments TOKEN read PATH, or TOKEN order PREFIX, or TOKEN quote PREFIX (an order that is only tried).
-- Prints one line of JSON.
local threads = 0

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
end

function init(args)
    count = 0
    what, which = args[2], args[3]
    headers = {["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json"}
    if what == "read" then
        wrk.method = "GET"
        sent = wrk.format("GET", which, headers)
    end
end

function request()
    if what == "read" then return sent end
    count = count + 1
    local name = string.format("%s-%d-%d", which, id, count)
    headers["Idempotency-Key"] = name
    local body = string.format('{"name": "%s", "release": "echo", "size": "s",' ..
                               ' "policy": {"replicas": 3, "mode": "synchronous"}, "validate_only": %s}',
                               name, what == "quote" and "true" or "false")
    return wrk.format("POST", "/v1/instances", headers, body)
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format('{"count": %d, "s": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
                           summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
                           e.status, e.connect + e.read + e.write + e.timeout))
end
