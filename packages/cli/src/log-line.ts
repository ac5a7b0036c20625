import { styleText } from 'node:util';

const tints = ['cyan', 'magenta', 'green', 'blue'] as const;
const names: string[] = [];
const widestName = 6;

const troubles = new Set<unknown>(['error', 'fatal']);

/** Fields that say the same in every line. */
const silent = new Set(['level', 'time', 'pid', 'hostname', 'name', 'service', 'msg', 'stack']);

/** A process' line for people: a JSON log line in short, anything else as it is, behind the process' name. */
export function formatLine(name: string, line: string): string {
  return `${styleText(tintOf(name), name.padEnd(widestName))} ${describe(line)}`;
}

function tintOf(name: string): (typeof tints)[number] {
  if (!names.includes(name)) names.push(name);
  return tints[names.indexOf(name) % tints.length] ?? 'cyan';
}

function describe(line: string): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  const { level, msg, time } = fields;
  const clock = new Date(time as string).toTimeString().slice(0, 8);
  const rest = Object.entries(fields).flatMap(([key, value]) => (silent.has(key) ? [] : `${key}=${format(value)}`));
  return `${styleText('dim', clock)} ${tinted(level, String(msg))} ${styleText('dim', rest.join(' '))}`.trimEnd();
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function tinted(level: unknown, text: string): string {
  if (troubles.has(level)) return styleText('red', text);
  return level === 'warn' ? styleText('yellow', text) : text;
}

function format(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
