const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'it is a directory',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'its name is not a file name',
};

/** Something about a file that the system would not mind; its message is for people. */
export class FileFault extends Error {}

/** Why a file could not be read, in words. Never the error's own message: others may put the content into it. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return reasons[code ?? ''] ?? `it cannot be read${code === undefined ? '' : ` (${code})`}`;
}
