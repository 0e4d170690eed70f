const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is no directory',
  EEXIST: 'something else is in its place',
  EIO: 'the disk fails',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
}

/** Why a file could not be written, in words, with the system's own beside them: `the disk is full (ENOSPC)`. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code !== undefined && code in words) return `${words[code]} (${code})`
  return error instanceof Error ? error.message : String(error)
}

/** What to do about it at start. */
export const remedy =
  'make it writable for this user, set another directory (--journal DIR), or go without (--journal off)'
