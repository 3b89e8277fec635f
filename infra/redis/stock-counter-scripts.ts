/**
 * Lua scripts of the stock counters. A marker (`{stock}:reservation:<id>`) is a hash: `state` and, while it counts, a field per product.
 * `reserved`: its lines are deducted. `replaced`: a newer reservation of the same shopper (`by`) has returned them, which PostgreSQL has not
 * confirmed yet; if it refuses the newer one, they are deducted again. `released`, `committed`: PostgreSQL has ended it, permanently.
 * A marker's `replaces` lists the reservations that it replaced, which are restored if it is refused. Markers in the state `reserved` never
 * expire: only `END` ends them, or the audit when the reservation no longer exists.
 *
 * A shopper's key (`{stock}:owner:<owner>`) names their latest reservation, which counts as theirs only while its marker is `reserved`.
 */

/** Channel that publishes when a product sells out (`-<product>`), is back in stock (`+<product>`), and when the counters were rebuilt. */
export const STOCK_CHANNEL = 'stock:turned';
export const OPENED = 'opened';

const CHANGE = `
local function change(counts, product, delta)
  local after = redis.call('hincrby', counts, product, delta)
  local before = after - delta
  if before > 0 and after <= 0 then redis.call('publish', '${STOCK_CHANNEL}', '-' .. product) end
  if before <= 0 and after > 0 then redis.call('publish', '${STOCK_CHANNEL}', '+' .. product) end
end`;

const MARKERS = `${CHANGE}
local function marker_of(id) return '{stock}:reservation:' .. id end
local function add(deltas, product, quantity) deltas[product] = (deltas[product] or 0) + tonumber(quantity) end
local function add_lines(deltas, marker, sign)
  local fields = redis.call('hgetall', marker)
  for i = 1, #fields, 2 do
    local name = fields[i]
    if name ~= 'state' and name ~= 'by' and name ~= 'replaces' then add(deltas, name, sign * fields[i + 1]) end
  end
end
local function apply(deltas)
  for product, delta in pairs(deltas) do
    if delta ~= 0 then change(KEYS[2], product, delta) end
  end
end
local function reserve_again(deltas, id, now)
  local marker = marker_of(id)
  redis.call('hset', marker, 'state', 'reserved')
  redis.call('hdel', marker, 'by')
  redis.call('persist', marker)
  redis.call('zadd', KEYS[3], now, id)
  add_lines(deltas, marker, -1)
end
local function finish(deltas, id, as, ttl, now)
  local marker = marker_of(id)
  local state = redis.call('hget', marker, 'state')
  if state == 'reserved' or state == 'replaced' then
    if state == 'reserved' and as ~= 'committed' then add_lines(deltas, marker, 1) end
    if state == 'replaced' and as == 'committed' then add_lines(deltas, marker, -1) end
    if as ~= 'committed' then
      for other in string.gmatch(redis.call('hget', marker, 'replaces') or '', '[^,]+') do
        local found = redis.call('hmget', marker_of(other), 'state', 'by')
        if found[1] == 'replaced' and found[2] == id then reserve_again(deltas, other, now) end
      end
    end
    redis.call('zrem', KEYS[3], id)
  elseif state then
    return
  end
  redis.call('del', marker)
  if as ~= 'refused' then
    redis.call('hset', marker, 'state', as)
    redis.call('expire', marker, ttl)
  end
end`;

/** KEYS ready available reserved marker owner…; ARGV marker-ttl id now-ms (product quantity)…. Sets the first owner's key to it. */
export const RESERVE = `${MARKERS}
if redis.call('exists', KEYS[1]) == 0 then return {'closed'} end
local state = redis.call('hget', KEYS[4], 'state')
if state == 'reserved' or state == 'replaced' then return {'reserved'} end
if state then return {'ended'} end
local deltas = {}
local before = {}
for i = 5, #KEYS do
  local id = redis.call('get', KEYS[i])
  if id and id ~= ARGV[2] and redis.call('hget', marker_of(id), 'state') == 'reserved' then
    before[#before + 1] = id
    add_lines(deltas, marker_of(id), 1)
  end
end
local short = false
local counts = {'short'}
for i = 4, #ARGV, 2 do
  local available = tonumber(redis.call('hget', KEYS[2], ARGV[i]) or '0') + (deltas[ARGV[i]] or 0)
  counts[#counts + 1] = available
  if available < tonumber(ARGV[i + 1]) then short = true end
end
if short then return counts end
for _, id in ipairs(before) do
  redis.call('hset', marker_of(id), 'state', 'replaced', 'by', ARGV[2])
  redis.call('expire', marker_of(id), ARGV[1])
  redis.call('zrem', KEYS[3], id)
end
redis.call('hset', KEYS[4], 'state', 'reserved', unpack(ARGV, 4))
if #before > 0 then redis.call('hset', KEYS[4], 'replaces', table.concat(before, ',')) end
redis.call('zadd', KEYS[3], ARGV[3], ARGV[2])
for i = 4, #ARGV, 2 do add(deltas, ARGV[i], -ARGV[i + 1]) end
apply(deltas)
if KEYS[5] then redis.call('set', KEYS[5], ARGV[2], 'EX', ARGV[1]) end
return {'reserved'}`;

/**
 * KEYS ready available reserved marker owner?; ARGV marker-ttl id now-ms replaced-ids (product quantity)…. Records a reservation that
 * PostgreSQL has granted: it counts even if a counter falls below zero, and the reservations that it replaced end.
 */
export const CONFIRM = `${MARKERS}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
local deltas = {}
local state = redis.call('hget', KEYS[4], 'state')
if not state then
  redis.call('hset', KEYS[4], 'state', 'reserved', unpack(ARGV, 5))
  redis.call('zadd', KEYS[3], ARGV[3], ARGV[2])
  add_lines(deltas, KEYS[4], -1)
elseif state == 'replaced' then
  reserve_again(deltas, ARGV[2], ARGV[3])
end
redis.call('hdel', KEYS[4], 'replaces')
for id in string.gmatch(ARGV[4], '[^,]+') do finish(deltas, id, 'released', ARGV[1], ARGV[3]) end
apply(deltas)
if KEYS[5] and redis.call('hget', KEYS[4], 'state') == 'reserved' then redis.call('set', KEYS[5], ARGV[2], 'EX', ARGV[1]) end
return 'ok'`;

/**
 * KEYS ready available reserved; ARGV marker-ttl id now-ms released|committed|refused. Refused: PostgreSQL never had it, so its marker is
 * deleted and the reservations that it replaced are restored.
 */
export const END = `${MARKERS}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
local deltas = {}
finish(deltas, ARGV[2], ARGV[4], ARGV[1], ARGV[3])
apply(deltas)
return 'ok'`;

/** KEYS ready available adjusted; ARGV marker-ttl product delta */
export const ADJUST = `${CHANGE}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
if redis.call('set', KEYS[3], '1', 'NX', 'EX', ARGV[1]) then change(KEYS[2], ARGV[2], ARGV[3]) end
return 'ok'`;

/**
 * KEYS ready available reserved next-available next-reserved; ARGV server-run. Deletes markers that the rebuild did not load. A client that
 * lost the reply may send it again: counters that are open stay unchanged.
 */
export const OPEN = `
if redis.call('get', KEYS[1]) == ARGV[1] then return 'ok' end
local before = redis.call('zrange', KEYS[3], 0, -1)
for _, id in ipairs(before) do
  if not redis.call('zscore', KEYS[5], id) then
    local marker = '{stock}:reservation:' .. id
    if redis.call('hget', marker, 'state') == 'reserved' then redis.call('del', marker) end
  end
end
redis.call('del', KEYS[2], KEYS[3])
if redis.call('exists', KEYS[4]) == 1 then redis.call('rename', KEYS[4], KEYS[2]) end
if redis.call('exists', KEYS[5]) == 1 then redis.call('rename', KEYS[5], KEYS[3]) end
redis.call('set', KEYS[1], ARGV[1])
redis.call('publish', '${STOCK_CHANNEL}', '${OPENED}')
return 'ok'`;

/** KEYS ready available; ARGV product from to. Applies only if the counter still has the value that the audit read. */
export const CORRECT = `
if redis.call('exists', KEYS[1]) == 0 then return 0 end
if (redis.call('hget', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('hset', KEYS[2], ARGV[1], ARGV[3])
redis.call('publish', '${STOCK_CHANNEL}', (tonumber(ARGV[3]) > 0 and '+' or '-') .. ARGV[1])
return 1`;
