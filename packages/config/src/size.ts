const unitsBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
type Unit = keyof typeof unitsBytes;

export const sizePattern = /^(?<count>\d{1,12})(?<unit>B|KiB|MiB|GiB)$/;

/** `512B 64KiB 1MiB 2GiB` in bytes, or undefined for a text that is no size. */
export function parseSize(text: string): number | undefined {
  const { count, unit } = sizePattern.exec(text)?.groups ?? {};
  return unit === undefined ? undefined : Number(count) * unitsBytes[unit as Unit];
}

/** The shortest exact way to write it: 65536 is `64KiB`. */
export function formatSize(bytes: number): string {
  const units: readonly Unit[] = ['GiB', 'MiB', 'KiB'];
  const unit = units.find((candidate) => bytes > 0 && bytes % unitsBytes[candidate] === 0) ?? 'B';
  return `${bytes / unitsBytes[unit]}${unit}`;
}
