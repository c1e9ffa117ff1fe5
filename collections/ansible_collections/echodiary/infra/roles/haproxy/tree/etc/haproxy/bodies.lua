-- Managed by echodiary.infra.haproxy
-- What no rule of HAProxy's sees: how large a body without a length becomes, and how slowly one comes. Counted while it is passed on.

local Body = {}
Body.id = "bodies"
Body.flags = filter.FLT_CFG_FL_HTX
Body.__index = Body

function Body:new()
  return setmetatable({ seen = 0 }, Body)
end

function Body:http_headers(txn, message)
  if message.channel:is_resp() then
    return filter.CONTINUE
  end
  -- One that is here already, rules have measured. So what is said after an Upgrade, which is no body, is nobody's to count.
  self.most = tonumber(txn:get_var("txn.most") or "")
  if self.most and not message:eom() then
    self.patience = tonumber(txn:get_var("txn.patience") or "0")
    self.rate = tonumber(txn:get_var("txn.rate") or "0")
    self.began = core.now().sec
    filter.register_data_filter(self, message.channel)
  end
  return filter.CONTINUE
end

-- An error is all that ends a request from here. HAProxy answers with its 400, which rules give the right status.
local function refuse(txn, status, why)
  txn:set_var("txn.ended", status)
  txn:set_var("txn.refused", '{"detail": "' .. why .. '"}')
  error(why, 0)
end

function Body:http_payload(txn, message)
  self.seen = self.seen + message:input()
  -- The end of a body in chunks counts as one.
  if self.seen > self.most + 1 then
    refuse(txn, 413, "the body is larger than " .. self.most .. " bytes")
  end
  local late = core.now().sec - self.began - self.patience
  if self.rate > 0 and late > 0 and self.seen < self.rate * late then
    refuse(txn, 408, "the body comes more slowly than " .. self.rate .. " bytes a second")
  end
end

core.register_filter("bodies", Body, function(self)
  return self
end)
