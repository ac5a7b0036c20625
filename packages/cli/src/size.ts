const units = [
  { name: 'GiB', bytes: 2 ** 30 },
  { name: 'MiB', bytes: 2 ** 20 },
  { name: 'KiB', bytes: 2 ** 10 },
];

/** A number of bytes in its largest fitting unit: `3.2MiB`, `40B`. */
export function formatBytes(bytes: number): string {
  const unit = units.find((candidate) => bytes >= candidate.bytes);
  return unit === undefined ? `${bytes}B` : `${(bytes / unit.bytes).toFixed(1)}${unit.name}`;
}
