/** Redis scripts of the sessions. Each changes a session, its account's list, and the list of ended sessions together. */

/** A sorted set: IDs of ended sessions, by the time (ms) at which their last access token expires. */
export const ENDED_KEY = 'sessions:ended';
/** Channel: the ID of a session that has ended, and that time: `<id>:<ms>`. */
export const ENDED_CHANNEL = 'sessions:ended';

export const sessionKey = (sessionId: string): string => `session:${sessionId}`;
/** A sorted set: IDs of an account's sessions, by the time (ms) at which they end when they are not used. */
export const accountSessionsKey = (userId: string): string => `sessions:of:${userId}`;

const END = `
local function finish(key, id, now, accessMs)
  local userId = redis.call('hget', key, 'userId')
  redis.call('del', key)
  if userId then redis.call('zrem', 'sessions:of:' .. userId, id) end
  redis.call('zremrangebyscore', '${ENDED_KEY}', '-inf', now)
  redis.call('zadd', '${ENDED_KEY}', now + accessMs, id)
  redis.call('publish', '${ENDED_CHANNEL}', id .. ':' .. string.format('%.0f', now + accessMs))
end
`;

/** KEYS session; ARGV id now-ms access-ms */
export const END_SESSION = `${END}
finish(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))`;

/**
 * KEYS session; ARGV id presented next now-ms grace-ms ttl-seconds access-ms
 *
 * 'pending' lists the tokens that were issued for 'used', newest last. The first of them that is used replaces 'used', and from then on
 * 'used' and its other successors are replays. Until then, the response may have been lost, so 'used' gets another successor.
 */
export const ROTATE_SESSION = `${END}
local now = tonumber(ARGV[4])
local session = redis.call('hmget', KEYS[1], 'userId', 'generation', 'pending', 'used', 'issuedAt')
local pending = session[3]
if not pending then return {'gone'} end
local answer
if string.find(pending, ARGV[2], 1, true) then
  redis.call('hset', KEYS[1], 'used', ARGV[2], 'pending', ARGV[3], 'issuedAt', ARGV[4])
  answer = ARGV[3]
elseif session[4] == ARGV[2] then
  answer = string.sub(pending, -36)
  if now - tonumber(session[5]) > tonumber(ARGV[5]) then
    answer = ARGV[3]
    redis.call('hset', KEYS[1], 'pending', string.sub(pending .. ',' .. answer, -295), 'issuedAt', ARGV[4])
  end
else
  finish(KEYS[1], ARGV[1], now, tonumber(ARGV[7]))
  return {'reused'}
end
redis.call('hset', KEYS[1], 'lastUsedAt', ARGV[4])
redis.call('expire', KEYS[1], ARGV[6])
redis.call('zadd', 'sessions:of:' .. session[1], now + ARGV[6] * 1000, ARGV[1])
redis.call('expire', 'sessions:of:' .. session[1], ARGV[6])
return {answer, session[1], session[2]}`;
