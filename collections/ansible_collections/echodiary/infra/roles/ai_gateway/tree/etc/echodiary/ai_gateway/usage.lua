-- Managed by echodiary.infra.ai_gateway
-- What each key takes: tokens as the model server says them, requests, seconds. One line for each answer goes into a file for each day (UTC),
-- and all that is known is read from there: so the process from before a reload counts into the same, and a restart forgets nothing.

local cost_input, cost_output = tonumber(os.getenv("COST_INPUT")), tonumber(os.getenv("COST_OUTPUT"))
local PLACE = "/usage/"
local SEEN = 256
-- seconds until the end of an answer, by which quantiles are told
local BOUNDS = { 0.5, 1, 2, 5, 10, 20, 60, 120, 300 }

-- of today, by key: requests by status, and sums
local day, offset, today = "", 0, {}
-- by key and reason, since this process began; and what each may take in a day, as far as it was asked
local refusals, budgets = {}, {}

local function of(key)
  local one = today[key]
  if not one then
    one = { statuses = {}, answers = 0, within = {}, prompt = 0, completion = 0, seconds = 0, first = 0, estimated = 0 }
    today[key] = one
  end
  return one
end

local function add(line)
  local key, status, prompt, completion, all, first, estimated = line:match("^(%S+) (%d+) (%d+) (%d+) (%d+) (%d+) ([01])$")
  if not key then
    return
  end
  local one = of(key)
  one.statuses[status] = (one.statuses[status] or 0) + 1
  one.prompt = one.prompt + tonumber(prompt)
  one.completion = one.completion + tonumber(completion)
  one.answers = one.answers + 1
  for _, bound in ipairs(BOUNDS) do
    one.within[bound] = (one.within[bound] or 0) + (tonumber(all) <= bound * 1000 and 1 or 0)
  end
  one.seconds = one.seconds + tonumber(all) / 1000
  one.first = one.first + tonumber(first) / 1000
  one.estimated = one.estimated + tonumber(estimated)
end

-- What this or another process has written since it was last asked.
local function refresh()
  local now = os.date("!%Y-%m-%d")
  if now ~= day then
    day, offset, today = now, 0, {}
  end
  local file = io.open(PLACE .. day, "r")
  if not file then
    return
  end
  file:seek("set", offset)
  for line in file:lines("L") do
    if line:sub(-1) ~= "\n" then
      break
    end
    add(line:sub(1, -2))
    offset = offset + #line
  end
  file:close()
end

-- One call of the kernel appends it whole, whoever else does.
local function write(line)
  local file = io.open(PLACE .. os.date("!%Y-%m-%d"), "a")
  local done = file and file:setvbuf("full", 4096) and file:write(line .. "\n") and file:flush()
  if file then
    file:close()
  end
  if not done then
    core.Alert("what a key took cannot be written below /var/lib/ai_gateway" .. PLACE .. ": it counts until the next reload only")
    add(line)
  end
end

local function milliseconds()
  local now = core.now()
  return now.sec * 1000 + math.floor(now.usec / 1000)
end

local Usage = {}
Usage.id = "usage"
Usage.flags = filter.FLT_CFG_FL_HTX
Usage.__index = Usage

function Usage:new()
  return setmetatable({ seen = "", line = "", events = 0, size = 0 }, Usage)
end

function Usage:http_headers(txn, message)
  local headers = message:get_headers()
  if not message.channel:is_resp() then
    -- Only what goes on to a model comes here.
    self.key = txn:get_var("txn.key")
    self.began = milliseconds()
    local length = headers["content-length"]
    self.asked = length and tonumber(length[0]) or 0
    return filter.CONTINUE
  end
  if self.key then
    self.status = tonumber(message:get_stline().code)
    self.first = milliseconds() - self.began
    self.streams = ((headers["content-type"] or {})[0] or ""):find("text/event-stream", 1, true) ~= nil
    filter.register_data_filter(self, message.channel)
  end
  return filter.CONTINUE
end

-- In what a model says quotes are escaped, so nothing that it says looks like these. The last one counts.
local function look(self, text)
  for name, number in text:gmatch('"(%l+)_tokens"%s*:%s*(%d+)') do
    if name == "prompt" or name == "completion" then
      self[name] = tonumber(number)
    end
  end
end

-- Where a stream says no usage: as many tokens as there were events with something in them.
local function count(self, text)
  local lines = self.line .. text
  local last = 0
  for line, stop in lines:gmatch("([^\n]*)\n()") do
    last = stop - 1
    if line:find('"[%l_]*content"%s*:%s*"[^"]') or line:find('"text"%s*:%s*"[^"]') or line:find('"arguments"%s*:%s*"[^"]') then
      self.events = self.events + 1
    end
  end
  self.line = lines:sub(math.max(last + 1, #lines - 16384))
end

function Usage:http_payload(txn, message)
  local text = message:body()
  if not text or not message.channel:is_resp() then
    return
  end
  self.size = self.size + #text
  local known = self.seen .. text
  look(self, known)
  if self.streams then
    count(self, text)
  end
  -- A number may be cut between two pieces.
  self.seen = known:sub(-SEEN)
end

function Usage:end_analyze(txn, channel)
  if not self.key or self.written or not channel:is_resp() then
    return filter.CONTINUE
  end
  self.written = true
  local status = self.status or 503
  local estimated = status == 200 and self.asked > 0 and not self.prompt
  if estimated then
    self.prompt = math.ceil(self.asked / 4)
    self.completion = self.streams and self.events or math.ceil(self.size / 4)
  end
  local all = milliseconds() - self.began
  local words = { self.key, status, self.prompt or 0, self.completion or 0, all, self.first or all, estimated and 1 or 0 }
  write(table.concat(words, " "))
  return filter.CONTINUE
end

core.register_filter("usage", Usage, function(self)
  return self
end)

core.register_action("used", { "http-req" }, function(txn)
  refresh()
  local one = of(txn:get_var("txn.key"))
  local used, budget = one.prompt + one.completion, tonumber(txn:get_var("txn.budget")) or 0
  budgets[txn:get_var("txn.key")] = budget
  txn:set_var("txn.used", used)
  txn:set_var("txn.tomorrow", 86400 - core.now().sec % 86400)
  txn:set_var("txn.over", budget > 0 and used >= budget)
end)

core.register_action("refused", { "http-req" }, function(txn)
  local key, why = txn:get_var("txn.key"), txn:get_var("txn.refused")
  refusals[key] = refusals[key] or {}
  refusals[key][why] = (refusals[key][why] or 0) + 1
end)

-- All but refusals is of today, so that a reload is no leap: at midnight it begins anew, which Prometheus knows of counters.
local function lines_of(key, one)
  local lines = {}
  local function line(name, labels, value)
    lines[#lines + 1] = string.format('ai_gateway_%s{key="%s"%s} %s', name, key, labels, value)
  end
  if (budgets[key] or 0) > 0 then
    line("budget_tokens", "", string.format("%d", budgets[key]))
  end
  for status, number in pairs(one.statuses) do
    line("requests_total", string.format(',code="%s"', status), number)
  end
  line("tokens_total", ',kind="prompt"', one.prompt)
  line("tokens_total", ',kind="completion"', one.completion)
  for _, bound in ipairs(BOUNDS) do
    line("answer_seconds_bucket", string.format(',le="%g"', bound), one.within[bound] or 0)
  end
  line("answer_seconds_bucket", ',le="+Inf"', one.answers)
  line("answer_seconds_count", "", one.answers)
  line("answer_seconds_sum", "", string.format("%.3f", one.seconds))
  line("seconds_total", "", string.format("%.3f", one.seconds))
  line("first_answer_seconds_total", "", string.format("%.3f", one.first))
  line("estimated_total", "", one.estimated)
  line("cost_total", "", string.format("%.6f", (one.prompt * cost_input + one.completion * cost_output) / 1000000))
  return lines
end

core.register_service("usage", "http", function(applet)
  refresh()
  local told = {}
  for key, one in pairs(today) do
    for _, line in ipairs(lines_of(key, one)) do
      told[#told + 1] = line
    end
  end
  for key, reasons in pairs(refusals) do
    for why, number in pairs(reasons) do
      told[#told + 1] = string.format('ai_gateway_refused_total{key="%s",why="%s"} %d', key, why, number)
    end
  end
  for name, server in pairs(core.backends["models"].servers) do
    local up = server:get_stats()["status"]:find("^UP") and 1 or 0
    told[#told + 1] = string.format('ai_gateway_model_up{server="%s"} %d', name, up)
  end
  table.sort(told)
  local text = table.concat(told, "\n") .. "\n"
  applet:set_status(200)
  applet:add_header("content-type", "text/plain; version=0.0.4")
  applet:add_header("content-length", tostring(#text))
  applet:start_response()
  applet:send(text)
end)
