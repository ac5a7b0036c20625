import { parseDuration, parseRate } from '@relay/config';
import { type VendorName, vendorNames } from '@relay/simulators';
import { InvalidArgumentError } from 'commander';

/** Readers of what stands behind an option; each throws what commander shows beside the option's name. */

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It has to be a whole number from 1.');
  return number;
}

export function seedNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError('It has to be a whole number from 0.');
  return number;
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('It has to be a number above 0.');
  return number;
}

export function share(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It has to be a number from 0 to 1.');
  return number;
}

export function portNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('It has to be a port.');
  return number;
}

export function httpUrl(text: string): string {
  const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isHttp) throw new InvalidArgumentError('It has to be an http or https URL.');
  return text;
}

/** `name=value`, the name in lower case. Given several times, they are collected. */
export function header(text: string, others: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)=([\t\x20-\x7e]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It has to be name=value, in ASCII.');
  return { ...others, [name.toLowerCase()]: value };
}

const instantPattern = /^(?<day>\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const instantForm = '2026-11-22T08:00Z';

/** A time that has passed since (`24h`), or an instant with its zone (`2026-11-22T08:00Z`), as epoch ms. */
export function instant(text: string): number {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return Date.now() - agoMs;
  const day = instantPattern.exec(text)?.groups?.day;
  if (day === undefined && /^\d{4}-\d\d-\d\d/.test(text))
    throw new InvalidArgumentError(`It has to have a time and a zone behind the day, as ${instantForm}.`);
  const at = day === undefined ? Number.NaN : Date.parse(text);
  if (day === undefined || !Number.isFinite(at))
    throw new InvalidArgumentError(`It has to be a time ago as 24h, or an instant as ${instantForm}.`);
  if (!isInCalendar(day)) throw new InvalidArgumentError(`There is no ${day} in the calendar.`);
  return at;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isInCalendar(day: string): boolean {
  return new Date(day).toISOString().startsWith(day);
}

/** So many per second (`50`), or in a time (`50/s`, `600/m`, `1000/h`), as a number per second. */
export function rate(text: string): number {
  const known = parseRate(text);
  const perSecond = known === undefined ? Number(text) : (known.count * 1_000) / known.perMs;
  if (!Number.isFinite(perSecond) || perSecond <= 0)
    throw new InvalidArgumentError('It has to be a number per second, or with a time as 50/s, 600/m or 1000/h.');
  return perSecond;
}

export function vendor(text: string): VendorName {
  const known = vendorNames.find((name) => name === text);
  if (known !== undefined) return known;
  if (text === 'generic')
    throw new InvalidArgumentError('Nobody knows what that sends: use relay send, which signs for generic.');
  throw new InvalidArgumentError(`It has to be one of ${vendorNames.join(', ')}.`);
}

/** At most so many characters. */
const mostVisible = 100;

export function visibleText(text: string): string {
  const isVisible = text.trim() !== '' && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
  if (!isVisible || [...text].length > mostVisible)
    throw new InvalidArgumentError(`It has to be a text of 1 to ${mostVisible} characters on one line.`);
  return text;
}
