import { type FSWatcher, watch } from 'node:fs';

export interface FolderWatchOptions {
  readonly onEvent: () => void;
  /** A folder that is there cannot be watched; said once for each. */
  readonly onDeaf: (folder: string) => void;
}

/** Watches a set of folders that may change. */
export function createFolderWatch({ onEvent, onDeaf }: FolderWatchOptions) {
  const watchers = new Map<string, FSWatcher>();
  const deaf = new Set<string>();

  function start(folder: string): void {
    try {
      const watcher = watch(folder, onEvent);
      watcher.on('error', (error) => lose(folder, error));
      watchers.set(folder, watcher);
      deaf.delete(folder);
    } catch (error) {
      lose(folder, error);
    }
  }

  function lose(folder: string, error: unknown): void {
    stop(folder);
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing || deaf.has(folder)) return;
    deaf.add(folder);
    onDeaf(folder);
  }

  function stop(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    /** Watches these folders and no others. */
    watch(folders: readonly string[]): void {
      for (const folder of watchers.keys()) if (!folders.includes(folder)) stop(folder);
      for (const folder of new Set(folders)) if (!watchers.has(folder)) start(folder);
    },
    close(): void {
      for (const folder of [...watchers.keys()]) stop(folder);
    },
  };
}
