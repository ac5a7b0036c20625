import type { FileHandle } from 'node:fs/promises';
import { readFrames } from './frame.ts';
import { decodeRecord, type SpoolRecord } from './record.ts';

export interface ReadRecord {
  readonly start: number;
  readonly end: number;
  /** Undefined where there is none that can be read. */
  readonly record: SpoolRecord | undefined;
}

/** The records between two places of a segment. What cannot be read is skipped where it is known where it ends; otherwise it is the last. */
export async function* readRecords(file: FileHandle, from: number, to: number): AsyncGenerator<ReadRecord> {
  for await (const { start, end, payload } of readFrames(file, from, to)) {
    yield { start, end, record: payload && decodeRecord(payload) };
  }
}

/** Several at once, no more than so many records and bytes, unless a single record is larger. */
export async function* inBatches<Placed extends Pick<ReadRecord, 'start' | 'end'>>(
  records: AsyncIterable<Placed>,
  most: { readonly records: number; readonly bytes: number },
): AsyncGenerator<readonly Placed[]> {
  let batch: Placed[] = [];
  let bytes = 0;
  for await (const record of records) {
    const size = record.end - record.start;
    if (batch.length > 0 && (batch.length >= most.records || bytes + size > most.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
