/**
 * The gate's Lua scripts. A marker (`{stock}:reservation:<id>`) is a hash: `state`, and while held a field a product.
 * Held markers never expire by themselves: a hold ends only by `END`, or by the audit when its reservation is gone.
 */

/** Told when the last piece of something goes (`-<product>`), when there is one again (`+<product>`), and when all was counted anew. */
export const STOCK_CHANNEL = 'stock:turned';
export const OPENED = 'opened';

const CHANGE = `
local function change(counts, product, delta)
  local after = redis.call('hincrby', counts, product, delta)
  local before = after - delta
  if before > 0 and after <= 0 then redis.call('publish', '${STOCK_CHANNEL}', '-' .. product) end
  if before <= 0 and after > 0 then redis.call('publish', '${STOCK_CHANNEL}', '+' .. product) end
end`;

/** KEYS ready available held marker; ARGV marker-ttl id now-ms (product quantity)… */
export const HOLD = `${CHANGE}
if redis.call('exists', KEYS[1]) == 0 then return {'closed'} end
local state = redis.call('hget', KEYS[4], 'state')
if state == 'held' then return {'held'} end
if state then return {'ended'} end
local short = false
local counts = {'short'}
for i = 4, #ARGV, 2 do
  local available = tonumber(redis.call('hget', KEYS[2], ARGV[i]) or '0')
  counts[#counts + 1] = available
  if available < tonumber(ARGV[i + 1]) then short = true end
end
if short then return counts end
redis.call('hset', KEYS[4], 'state', 'held', unpack(ARGV, 4))
redis.call('zadd', KEYS[3], ARGV[3], ARGV[2])
for i = 4, #ARGV, 2 do change(KEYS[2], ARGV[i], -ARGV[i + 1]) end
return {'held'}`;

/** As HOLD, but for a reservation that PostgreSQL has granted: it counts even if a counter goes below zero. */
export const CONFIRM = `${CHANGE}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
if redis.call('exists', KEYS[4]) == 1 then return 'ok' end
redis.call('hset', KEYS[4], 'state', 'held', unpack(ARGV, 4))
redis.call('zadd', KEYS[3], ARGV[3], ARGV[2])
for i = 4, #ARGV, 2 do change(KEYS[2], ARGV[i], -ARGV[i + 1]) end
return 'ok'`;

/** KEYS ready available held marker; ARGV marker-ttl id released|committed */
export const END = `${CHANGE}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
local state = redis.call('hget', KEYS[4], 'state')
if state ~= 'held' then
  if not state then
    redis.call('hset', KEYS[4], 'state', ARGV[3])
    redis.call('expire', KEYS[4], ARGV[1])
  end
  return 'ok'
end
if ARGV[3] == 'released' then
  local fields = redis.call('hgetall', KEYS[4])
  for i = 1, #fields, 2 do
    if fields[i] ~= 'state' then change(KEYS[2], fields[i], fields[i + 1]) end
  end
end
redis.call('del', KEYS[4])
redis.call('hset', KEYS[4], 'state', ARGV[3])
redis.call('expire', KEYS[4], ARGV[1])
redis.call('zrem', KEYS[3], ARGV[2])
return 'ok'`;

/** KEYS ready available adjusted; ARGV marker-ttl product delta */
export const ADJUST = `${CHANGE}
if redis.call('exists', KEYS[1]) == 0 then return 'closed' end
if redis.call('set', KEYS[3], '1', 'NX', 'EX', ARGV[1]) then change(KEYS[2], ARGV[2], ARGV[3]) end
return 'ok'`;

/** KEYS ready available held next-available next-held; ARGV server-run. Markers that the rebuild did not load go. */
export const OPEN = `
local before = redis.call('zrange', KEYS[3], 0, -1)
for _, id in ipairs(before) do
  if not redis.call('zscore', KEYS[5], id) then
    local marker = '{stock}:reservation:' .. id
    if redis.call('hget', marker, 'state') == 'held' then redis.call('del', marker) end
  end
end
redis.call('del', KEYS[2], KEYS[3])
if redis.call('exists', KEYS[4]) == 1 then redis.call('rename', KEYS[4], KEYS[2]) end
if redis.call('exists', KEYS[5]) == 1 then redis.call('rename', KEYS[5], KEYS[3]) end
redis.call('set', KEYS[1], ARGV[1])
redis.call('publish', '${STOCK_CHANNEL}', '${OPENED}')
return 'ok'`;

/** KEYS ready available; ARGV product from to. Only while the counter is what the audit saw. */
export const CORRECT = `
if redis.call('exists', KEYS[1]) == 0 then return 0 end
if (redis.call('hget', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('hset', KEYS[2], ARGV[1], ARGV[3])
redis.call('publish', '${STOCK_CHANNEL}', (tonumber(ARGV[3]) > 0 and '+' or '-') .. ARGV[1])
return 1`;
