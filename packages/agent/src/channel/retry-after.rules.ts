/**
 * The seconds for which a server wants to be left alone, of a `Retry-After` in either form (RFC 9110, 10.2.3); null
 * where it says nothing that can be read. A date is taken by the server's own clock where the answer has one: that of a
 * device may be years off. Never more than an hour, so that a slip of the pen does not silence a device.
 * @param nowMs the device's clock
 */
export function retryAfterS(value: string | null, answeredAt: string | null, nowMs: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text), longestS);
  // Everything but a number begins with the name of a day.
  if (!/^[A-Za-z]/.test(text)) return null;
  const endsMs = Date.parse(text);
  if (Number.isNaN(endsMs)) return null;
  const answeredMs = answeredAt === null ? Number.NaN : Date.parse(answeredAt);
  const seconds = (endsMs - (Number.isNaN(answeredMs) ? nowMs : answeredMs)) / 1000;
  return Math.min(Math.max(seconds, 0), longestS);
}

const longestS = 3600;
