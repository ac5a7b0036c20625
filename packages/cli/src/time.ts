const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'm', ms: 60_000 },
  { name: 's', ms: 1_000 },
];

/** A length of time in its largest fitting unit: `3h`, `12s`, `40ms`. */
export function formatDuration(ms: number): string {
  const unit = units.find((candidate) => ms >= candidate.ms);
  return unit === undefined ? `${Math.max(0, Math.round(ms))}ms` : `${Math.floor(ms / unit.ms)}${unit.name}`;
}

/** Like `3h ago`; a dash for what has not happened. */
export function formatAgo(at: number | undefined, now: number): string {
  return at === undefined ? '–' : `${formatDuration(now - at)} ago`;
}

/** Epoch ms as people read it, in UTC. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', ' UTC');
}
